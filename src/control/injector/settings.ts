import type { ReviewSettings } from './review.ts'

/** What the operator of a cluster decides. The command line makes it; nobody else reads flags or environment. */
export interface InjectorSettings {
  /** Of the webhook, over HTTPS. 0 takes a free one. */
  readonly port: number
  /** Of health checks and metrics, over HTTP. 0 takes a free one. */
  readonly probePort: number
  readonly addresses: readonly string[]
  /** Of the control plane. */
  readonly namespace: string
  /** For example `cluster.local`. */
  readonly clusterDomain: string
  /** Name of the `MutatingWebhookConfiguration` whose `caBundle` is kept. */
  readonly webhook: string
  /** The trust anchors are those in force when a pod is made. */
  readonly review: Omit<ReviewSettings, 'trustAnchors'>
}

/** The Service in front of the replicas, by whose name the API server calls. */
export const INJECTOR_SERVICE = 'sidelight-injector'
export const MUTATE_PATH = '/mutate'
