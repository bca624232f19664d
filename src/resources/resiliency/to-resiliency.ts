import type { BreakerPolicy, PolicyNames, Resiliency, RetryPolicy } from './resiliency.ts'
import type { ResiliencyInput } from './schema.ts'

/** @see dapr/kit `retry/retry.go`, sony/gobreaker for what holds where a field is left out */
const RETRY = { durationMs: 5_000, maxIntervalMs: 60_000, maxRetries: -1 } as const
const BREAKER = { maxRequests: 1, intervalMs: 0, timeoutMs: 60_000 } as const
const APP_BREAKERS = 100

type Policies = NonNullable<ResiliencyInput['spec']['policies']>

export function toResiliency({ metadata, spec, scopes }: ResiliencyInput): Resiliency {
  const { timeouts, retries, circuitBreakers } = spec.policies ?? {}
  const { apps, components } = spec.targets ?? {}
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    scopes: scopes ?? [],
    timeouts: timeouts ?? {},
    retries: mapValues(retries, toRetry),
    circuitBreakers: mapValues(circuitBreakers, toBreaker),
    apps: mapValues(apps, ({ circuitBreakerCacheSize, ...names }) => ({
      ...toNames(names),
      breakerCacheSize: circuitBreakerCacheSize || APP_BREAKERS,
    })),
    components: mapValues(components, ({ inbound, outbound }) => ({
      inbound: toNames(inbound),
      outbound: toNames(outbound),
    })),
  }
}

const toRetry = (input: NonNullable<Policies['retries']>[string]): RetryPolicy => ({
  policy: input.policy ?? 'constant',
  durationMs: input.duration ?? RETRY.durationMs,
  maxIntervalMs: input.maxInterval ?? RETRY.maxIntervalMs,
  maxRetries: input.maxRetries ?? RETRY.maxRetries,
  httpStatusCodes: orNone(input.matching?.httpStatusCodes),
  grpcStatusCodes: orNone(input.matching?.gRPCStatusCodes),
})

const orNone = <T>(list: readonly T[] | undefined) => (list?.length === 0 ? undefined : list)

const toBreaker = (input: NonNullable<Policies['circuitBreakers']>[string]): BreakerPolicy => ({
  maxRequests: input.maxRequests || BREAKER.maxRequests,
  intervalMs: input.interval ?? BREAKER.intervalMs,
  timeoutMs: input.timeout || BREAKER.timeoutMs,
  trip: input.trip || undefined,
})

/** An empty name is none, as in Dapr. */
const toNames = ({ timeout, retry, circuitBreaker }: PolicyNames = {}): PolicyNames => ({
  timeout: timeout || undefined,
  retry: retry || undefined,
  circuitBreaker: circuitBreaker || undefined,
})

const mapValues = <T, U>(
  map: Readonly<Record<string, T>> = {},
  change: (value: T) => U,
): Record<string, U> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]))
