import { Buffer } from 'node:buffer'
import type { Clock } from '../../base/clock.ts'
import { codeOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import {
  createWorkQueue,
  type KubeClient,
  type KubeObject,
  kinds,
  type ServingCertificate,
  startReflector,
} from '../../kube/index.ts'
import type { InjectorMeter } from './meter.ts'

export interface BundleKeeperOptions {
  readonly client: KubeClient
  /** Of the `MutatingWebhookConfiguration`. */
  readonly name: string
  readonly certificate: Pick<ServingCertificate, 'bundle' | 'onRenewed'>
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
  readonly meter: Pick<InjectorMeter, 'bundleWritten'>
}

/** Somebody else has written in between: what they wrote is here in a moment. */
const AFTER_CONFLICT_MS = 100

/**
 * Keeps in the webhook's `caBundle` whom the API server has to trust: written at the start and after a rotation, and
 * again when somebody took it away. More than that may stand there: in the moments of a rotation replicas differ in
 * whom they need, and would take turns.
 */
export function keepCaBundle(options: BundleKeeperOptions): AsyncDisposable & {
  /** Whether the API server has been told whom to trust. */
  isKept(): boolean
} {
  const { client, name, certificate, clock, log, meter } = options
  let isKept = false
  let seen: KubeObject | undefined
  /** What was there for certain, and alone, at some time. */
  let written = ''

  async function reconcile() {
    if (seen === undefined) {
      isKept = false
      return undefined
    }
    const bundle = certificate.bundle()
    const steps = stepsTo(bundle, seen, { alone: bundle !== written })
    isKept = steps.length === 0
    if (isKept) {
      written = bundle
      return undefined
    }
    try {
      await client.patch(kinds.mutatingWebhook, { name }, { json: steps })
      written = bundle
      meter.bundleWritten('written')
      log.info(`the trust bundle is in webhook ${name}`)
      return undefined
    } catch (error) {
      const isConflict = codeOf(error) === 'ERR_KUBE_CONFLICT'
      meter.bundleWritten(isConflict ? 'conflict' : 'failed')
      if (isConflict) return { requeueAfterMs: AFTER_CONFLICT_MS }
      throw error
    }
  }

  const queue = createWorkQueue({ name: 'trust bundle', reconcile, clock, log })
  const reflector = startReflector({
    ...options,
    type: kinds.mutatingWebhook,
    selection: { fieldSelector: `metadata.name=${name}` },
    read: (object) => object,
    onChange(_, now) {
      seen = now
      if (now === undefined) log.warning(`webhook ${name} is gone: pods are made without sidecars`)
      queue.add(name)
    },
  })
  const stopRenewal = certificate.onRenewed(() => queue.add(name))
  void reflector.synced.then(() => {
    if (seen === undefined) log.warning(`there is no webhook ${name}; apply the manifests`)
  })
  return {
    isKept: () => isKept,
    async [Symbol.asyncDispose]() {
      stopRenewal()
      await reflector[Symbol.asyncDispose]()
      await queue[Symbol.asyncDispose]()
    },
  }
}

/** A JSON Patch that fails with a conflict if the object is no longer the one that was seen. */
function stepsTo(
  bundle: string,
  { metadata, webhooks = [] }: KubeObject,
  { alone }: { readonly alone: boolean },
): object[] {
  const isRight = (text: string): boolean =>
    alone ? text === bundle : certificatesIn(bundle).every((each) => text.includes(each))
  const wrong = (webhooks as { clientConfig?: { caBundle?: string } }[]).flatMap(
    ({ clientConfig: { caBundle = '' } = {} }, i) =>
      isRight(Buffer.from(caBundle, 'base64').toString()) ? [] : [i],
  )
  if (wrong.length === 0) return []
  const value = Buffer.from(bundle).toString('base64')
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    ...wrong.map((i) => ({ op: 'add', path: `/webhooks/${i}/clientConfig/caBundle`, value })),
  ]
}

const END = '-----END CERTIFICATE-----'
const certificatesIn = (bundle: string): string[] =>
  bundle
    .split(END)
    .map((each) => each.trim())
    .filter((each) => each !== '')
