import type { BreakerPolicy, PolicyNames, Resiliency, RetryPolicy } from '../../resources/index.ts'

/** What Dapr calls a building block in names of default policies and in metrics. */
export type BlockLabel =
  | 'Binding'
  | 'Configuration'
  | 'Conversation'
  | 'Lock'
  | 'Middleware'
  | 'Pubsub'
  | 'Secretstore'
  | 'Statestore'

/** What a call is made to, or where it comes from. */
export type PolicyTarget =
  | { readonly kind: 'app'; readonly id: string }
  | {
      readonly kind: 'component'
      readonly name: string
      readonly block: BlockLabel
      readonly direction: 'inbound' | 'outbound'
    }

/** Every Resiliency of the sidecar put together. A later one replaces policies and targets of the same name. */
export interface PolicyTable {
  readonly timeouts: ReadonlyMap<string, Owned<number>>
  readonly retries: ReadonlyMap<string, Owned<RetryPolicy>>
  readonly breakers: ReadonlyMap<string, Owned<BreakerPolicy>>
  readonly apps: ReadonlyMap<string, Resiliency['apps'][string]>
  readonly components: ReadonlyMap<string, Resiliency['components'][string]>
}

/** A policy and the resource that it stands in: metrics name that one. */
export interface Owned<P> {
  readonly policy: P
  readonly owner: Pick<Resiliency, 'name' | 'namespace'>
}

/** Between sidecars, for a peer that cannot be reached, where no target names the app. */
export const BUILT_IN_SERVICE_RETRIES = 'DaprBuiltInServiceRetries'
const SERVICE_RETRY: RetryPolicy = {
  policy: 'constant',
  durationMs: 1_000,
  maxIntervalMs: 60_000,
  maxRetries: 3,
  httpStatusCodes: undefined,
  grpcStatusCodes: undefined,
}

/** @see dapr `pkg/resiliency/resiliency.go` */
export function mergeResiliencies(all: readonly Resiliency[]): PolicyTable {
  const owned = <P>(policiesOf: (each: Resiliency) => Readonly<Record<string, P>>) =>
    new Map(
      all.flatMap((owner) =>
        Object.entries(policiesOf(owner)).map(([name, policy]): [string, Owned<P>] => [
          name,
          { policy, owner },
        ]),
      ),
    )
  const retries = owned(({ retries }) => retries)
  const own = retries.get(BUILT_IN_SERVICE_RETRIES)
  retries.set(BUILT_IN_SERVICE_RETRIES, {
    policy:
      own === undefined
        ? SERVICE_RETRY
        : // Dapr grants fewer to nobody.
          { ...own.policy, maxRetries: Math.max(own.policy.maxRetries, SERVICE_RETRY.maxRetries) },
    owner: own?.owner ?? { name: '', namespace: '' },
  })
  return {
    timeouts: owned(({ timeouts }) => timeouts),
    retries,
    breakers: owned(({ circuitBreakers }) => circuitBreakers),
    apps: new Map(all.flatMap(({ apps }) => Object.entries(apps))),
    components: new Map(all.flatMap(({ components }) => Object.entries(components))),
  }
}

/**
 * The policies of a target: its own, and where it has none the defaults, the narrowest that exists of each kind. A
 * target that is named has what it names and nothing else.
 */
export function policyNamesFor(table: PolicyTable, target: PolicyTarget): PolicyNames {
  const own =
    target.kind === 'app'
      ? table.apps.get(target.id)
      : table.components.get(target.name)?.[target.direction]
  if (own !== undefined) return own
  const levels = [...levelsOf(target), '']
  const first = (kind: string, policies: ReadonlyMap<string, unknown>): string | undefined =>
    levels.map((level) => `Default${level}${kind}Policy`).find((name) => policies.has(name))
  return {
    timeout: first('Timeout', table.timeouts),
    retry: first('Retry', table.retries),
    circuitBreaker: first('CircuitBreaker', table.breakers),
  }
}

function levelsOf(target: PolicyTarget): string[] {
  if (target.kind === 'app') return ['App']
  const component = `Component${target.direction === 'inbound' ? 'Inbound' : 'Outbound'}`
  return [`${target.block}${component}`, component, 'Component']
}
