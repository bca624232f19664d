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

interface Issued {
  readonly leaf: Leaf
  readonly bundle: string
  readonly signer: string
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

  async function renew(): Promise<{ requeueAfterMs: number }> {
    const { bundle, signer } = await ensureTrust(client, service.namespace, clock)
    const nowUs = clock.nowUs()
    const isDue =
      issued === undefined || issued.signer !== signer.cert || ageOf(issued.leaf, nowUs) >= RENEW_AT
    const leaf =
      isDue || issued === undefined ? await issueLeaf(signer, service, nowUs) : issued.leaf
    const isNew = leaf !== issued?.leaf || bundle !== issued.bundle
    issued = { leaf, bundle, signer: signer.cert }
    if (isNew) for (const listener of listeners) listener(leaf)
    isFirst(issued)
    const { notBeforeUs, notAfterUs } = leaf
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
    bundle: () => now().bundle,
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
