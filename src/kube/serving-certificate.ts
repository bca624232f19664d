import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { CertificateSource } from '../net/index.ts'
import type { KubeClient } from './client.ts'
import { startReflector } from './reflector.ts'
import { kinds } from './resource-types.ts'
import { issueLeaf, type Leaf, type ServiceName } from './trust-authority.ts'
import { ageOf } from './trust-plan.ts'
import { ensureTrust, TRUST_SECRET } from './trust-secret.ts'
import { createWorkQueue } from './work-queue.ts'

/** The certificate of this process, which nobody else has: the key is in memory only. */
export interface ServingCertificate extends CertificateSource, AsyncDisposable {
  /** Whom clients have to trust; PEM, newest first. */
  bundle(): string
  /** Integer microseconds since the epoch. */
  expiresUs(): number
}

export interface ServingCertificateOptions {
  readonly client: KubeClient
  readonly service: ServiceName
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
}

/** Share of its life after which a certificate is renewed. */
const RENEW_AT = 0.5
/** A wall clock may be set, and a machine may sleep: so often is looked. */
const MAX_WAIT_MS = 3_600_000

/** Whoever has to trust a new authority is told of it for so long before it is used, and of the old one for so long after. */
const ANNOUNCE_MS = 10_000

interface Issued {
  readonly leaf: Leaf
  readonly signer: string
  readonly certificates: readonly string[]
}

/**
 * Issues itself a certificate under the control plane's authority, and a new one at half of its life and when the
 * authority changes.
 *
 * @returns when there is the first one: not before the API server answers
 */
export async function startServingCertificate(
  options: ServingCertificateOptions,
): Promise<ServingCertificate> {
  const { client, service, clock, log } = options
  const listeners = new Set<(now: Leaf) => void>()
  let isFirst = (_: Issued): void => undefined
  const first = new Promise<Issued>((resolve) => {
    isFirst = resolve
  })
  let issued: Issued | undefined
  /** Of an authority that was replaced at once, without the years in which a successor becomes known. */
  let former: { readonly certificates: readonly string[]; readonly sinceMs: number } | undefined

  async function renew(): Promise<{ requeueAfterMs: number }> {
    const { certificates, signer } = await ensureTrust(client, service.namespace, clock)
    const [nowUs, nowMs] = [clock.nowUs(), clock.elapsedMs()]
    if (issued !== undefined && !issued.certificates.includes(signer.cert))
      former = { certificates: issued.certificates, sinceMs: nowMs }
    const announcedMs = former === undefined ? Number.POSITIVE_INFINITY : nowMs - former.sinceMs
    if (announcedMs >= 2 * ANNOUNCE_MS) former = undefined

    const { leaf, signer: signedBy } = issued ?? {}
    const isDue =
      announcedMs >= ANNOUNCE_MS &&
      (leaf === undefined || signedBy !== signer.cert || ageOf(leaf, nowUs) >= RENEW_AT)
    const now: Issued = {
      ...(isDue || issued === undefined
        ? { leaf: await issueLeaf(signer, service, nowUs), signer: signer.cert }
        : issued),
      certificates: [...new Set([...certificates, ...(former?.certificates ?? [])])],
    }
    const isNew = now.leaf !== leaf || now.certificates.join() !== issued?.certificates.join()
    issued = now
    if (isNew) for (const listener of listeners) listener(now.leaf)
    isFirst(now)
    if (former !== undefined) return { requeueAfterMs: ANNOUNCE_MS - (announcedMs % ANNOUNCE_MS) }
    const { notBeforeUs, notAfterUs } = now.leaf
    const dueUs = notBeforeUs + (notAfterUs - notBeforeUs) * RENEW_AT
    return { requeueAfterMs: Math.min(MAX_WAIT_MS, (dueUs - nowUs) / 1000) }
  }

  const queue = createWorkQueue({ name: 'certificate', reconcile: renew, clock, log })
  const reflector = startReflector({
    ...options,
    type: kinds.secret,
    selection: { namespace: service.namespace, fieldSelector: `metadata.name=${TRUST_SECRET}` },
    shape: 'metadata',
    read: () => undefined,
    onChange: () => queue.add(TRUST_SECRET),
  })
  queue.add(TRUST_SECRET)
  const initial = await first
  const now = (): Issued => issued ?? initial
  return {
    current: () => now().leaf,
    bundle: () =>
      now()
        .certificates.map((each) => `${each}\n`)
        .join(''),
    expiresUs: () => now().leaf.notAfterUs,
    onRenewed(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async [Symbol.asyncDispose]() {
      await reflector[Symbol.asyncDispose]()
      await queue[Symbol.asyncDispose]()
    },
  }
}
