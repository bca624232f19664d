import { kinds, type ResourceType } from '../../kube/index.ts'

/** The kinds that sidecars are sent. */
export const streamedKinds = {
  Component: kinds.component,
  Configuration: kinds.configuration,
  HTTPEndpoint: kinds.httpEndpoint,
  Resiliency: kinds.resiliency,
  Subscription: kinds.subscription,
} as const satisfies Readonly<Record<string, ResourceType>>

export type StreamedKind = keyof typeof streamedKinds

/** Names a resource among all kinds: `Component/shop/statestore`. */
export const resourceKey = (kind: string, namespace: string, name: string): string =>
  `${kind}/${namespace}/${name}`
