/**
 * A Resiliency after validation: policies, and what they are for. Which of several resources counts is for whoever
 * puts them together.
 *
 * @see dapr `pkg/apis/resiliency/v1alpha1/types.go`
 */
export interface Resiliency {
  readonly name: string
  /** Empty where none was given. */
  readonly namespace: string
  /** App ids that it is for; none = all. */
  readonly scopes: readonly string[]
  /** Milliseconds by name; 0 = none. */
  readonly timeouts: Readonly<Record<string, number>>
  readonly retries: Readonly<Record<string, RetryPolicy>>
  readonly circuitBreakers: Readonly<Record<string, BreakerPolicy>>
  readonly apps: Readonly<Record<string, AppPolicies>>
  readonly components: Readonly<Record<string, ComponentPolicies>>
}

export interface RetryPolicy {
  readonly policy: 'constant' | 'exponential'
  /** The pause of a constant policy. */
  readonly durationMs: number
  /** Longest pause of an exponential one, before chance is added. */
  readonly maxIntervalMs: number
  /** -1: for ever. */
  readonly maxRetries: number
  /** Only answers with these codes are retried; absent: every failure. */
  readonly httpStatusCodes: readonly CodeRange[] | undefined
  readonly grpcStatusCodes: readonly CodeRange[] | undefined
}

/** Both ends are in it. */
export interface CodeRange {
  readonly from: number
  readonly to: number
}

export interface BreakerPolicy {
  /** Calls that a half-open breaker lets through; as many successes close it. */
  readonly maxRequests: number
  /** A closed breaker forgets its counts this often; 0 = never. */
  readonly intervalMs: number
  /** How long it stays open. */
  readonly timeoutMs: number
  /** CEL over the counts, for example `consecutiveFailures >= 5`. Absent: more than five failures in a row. */
  readonly trip: string | undefined
}

/** Names of policies; absent: none of that kind. */
export interface PolicyNames {
  readonly timeout?: string | undefined
  readonly retry?: string | undefined
  readonly circuitBreaker?: string | undefined
}

export interface AppPolicies extends PolicyNames {
  /** Methods of the app that have a breaker of their own at the same time. */
  readonly breakerCacheSize: number
}

export interface ComponentPolicies {
  readonly inbound: PolicyNames
  readonly outbound: PolicyNames
}
