import type { Clock } from '../../base/clock.ts'
import {
  type BreakerPolicy,
  type Component,
  compileTrip,
  type Located,
  type Resiliency,
  type RetryPolicy,
  type Trip,
} from '../../resources/index.ts'
import { type BlockName, blockOf } from '../components/blocks.ts'
import { type Breaker, createBreaker } from './breaker.ts'
import { type BreakerCache, createBreakerCache } from './breaker-cache.ts'
import { createGuard, type Guard } from './guard.ts'
import {
  type BlockLabel,
  BUILT_IN_SERVICE_RETRIES,
  mergeResiliencies,
  type Owned,
  type PolicyTable,
  type PolicyTarget,
  policyNamesFor,
} from './policy-table.ts'
import type { PolicyKind, ResiliencyMeter } from './resiliency-meter.ts'

/** The resiliency of this sidecar: what stands around its calls, as its resources have it now. */
export interface Policies extends GuardSource {
  /** Retries for a peer that cannot be reached; `undefined`: the app has a target, whose policy alone counts. */
  builtInRetry(appId: string): RetryPolicy | undefined
  /** Follows a change: one swap. Calls under way keep what they began with, breakers that are as they were their state. */
  apply(resiliencies: readonly Located<Resiliency>[]): Promise<void>
  /** Names of the resources in force. */
  list(): readonly string[]
}

export interface GuardSource {
  /** @param method has a breaker of its own. @returns `undefined`: there is no policy, call it as it is */
  forApp(id: string, method: string): Guard | undefined
  forComponent(
    component: Pick<Component, 'name' | 'type'>,
    direction: 'inbound' | 'outbound',
  ): Guard | undefined
}

export interface PoliciesParts {
  readonly own: { readonly appId: string; readonly namespace: string }
  readonly meter: ResiliencyMeter
  readonly clock: Clock
  /** From 0 up to 1. */
  readonly random: () => number
}

const LABELS: Readonly<Record<BlockName, BlockLabel>> = {
  state: 'Statestore',
  pubsub: 'Pubsub',
  secretstores: 'Secretstore',
  configuration: 'Configuration',
  lock: 'Lock',
  bindings: 'Binding',
  conversation: 'Conversation',
  middleware: 'Middleware',
}
const DEFAULT_APP_BREAKERS = 100
/** Apps that a default breaker has met: the caller names them, so there is a bound. */
const MAX_APPS = 1_000

export function createPolicies(parts: PoliciesParts): Policies {
  const { own, meter, clock } = parts
  let inForce: readonly Resiliency[] = []
  let table: PolicyTable = mergeResiliencies([])
  let trips: ReadonlyMap<BreakerPolicy, Trip> = new Map()
  let last: Promise<void> = Promise.resolve()
  const appBreakers = new Map<string, BreakerCache>()
  const componentBreakers = createBreakerCache()

  const breakerOf = (
    target: PolicyTarget,
    method: string,
    name: string,
    policy: BreakerPolicy,
  ): Breaker => {
    const make = () => createBreaker(policy, trips.get(policy) ?? (() => false), clock)
    // Dapr has one for both directions: an app that fails to take messages would stop it publishing.
    if (target.kind === 'component')
      return componentBreakers.of(
        `${target.direction} ${target.name}`,
        name,
        policy,
        Number.POSITIVE_INFINITY,
        make,
      )
    const cache = appBreakers.get(target.id) ?? createBreakerCache()
    appBreakers.delete(target.id)
    appBreakers.set(target.id, cache)
    for (const oldest of appBreakers.keys()) {
      if (appBreakers.size <= MAX_APPS) break
      appBreakers.delete(oldest)
    }
    const size = table.apps.get(target.id)?.breakerCacheSize ?? DEFAULT_APP_BREAKERS
    return cache.of(method, name, policy, size, make)
  }

  const guardFor = (target: PolicyTarget, method: string): Guard | undefined => {
    if (inForce.length === 0) return undefined
    const names = policyNamesFor(table, target)
    const timeout = find(table.timeouts, names.timeout)
    const retry = find(table.retries, names.retry)
    const breaking = find(table.breakers, names.circuitBreaker)
    const breaker =
      breaking && breakerOf(target, method, names.circuitBreaker ?? '', breaking.policy)
    if (!timeout?.policy && retry === undefined && breaker === undefined) return undefined
    const fetched = (found: Owned<unknown> | undefined, kind: PolicyKind): void => {
      if (found !== undefined) meter.fetched(target, found.owner, kind, ...stateOf(kind))
    }
    const stateOf = (kind: PolicyKind) =>
      kind === 'circuitbreaker' && breaker !== undefined ? [breaker.state()] : []
    if (timeout?.policy) fetched(timeout, 'timeout')
    fetched(retry, 'retry')
    fetched(breaking, 'circuitbreaker')
    return createGuard(
      { timeoutMs: timeout?.policy, retry: retry?.policy, breaker },
      {
        timedOut: () => timeout && meter.activated(target, timeout.owner, 'timeout'),
        retried: () => retry && meter.activated(target, retry.owner, 'retry'),
        breakerIs: (state) =>
          breaking && meter.activated(target, breaking.owner, 'circuitbreaker', state),
      },
      parts,
    )
  }

  const follow = async (resiliencies: readonly Located<Resiliency>[]): Promise<void> => {
    const ours = resiliencies
      .map(({ resource }) => resource)
      .filter(
        ({ scopes, namespace }) =>
          (scopes.length === 0 || scopes.includes(own.appId)) &&
          (namespace === '' || namespace === own.namespace),
      )
    const next = mergeResiliencies(ours)
    const compiled = new Map<BreakerPolicy, Trip>()
    for (const { policy } of next.breakers.values()) {
      const trip = await compileTrip(policy.trip)
      if (trip.ok) compiled.set(policy, trip.value)
    }
    const known = new Set(inForce.map((each) => JSON.stringify(each)))
    for (const each of ours) if (!known.has(JSON.stringify(each))) meter.loaded(each)
    ;[inForce, table, trips] = [ours, next, compiled]
  }

  return {
    forApp: (id, method) => guardFor({ kind: 'app', id }, method),
    forComponent({ name, type }, direction) {
      const block = LABELS[blockOf(type) as BlockName]
      return guardFor({ kind: 'component', name, block, direction }, '')
    },
    builtInRetry: (appId) =>
      table.apps.has(appId) ? undefined : table.retries.get(BUILT_IN_SERVICE_RETRIES)?.policy,
    apply(resiliencies) {
      const task = () => follow(resiliencies)
      last = last.then(task, task)
      return last
    },
    list: () => inForce.map(({ name }) => name),
  }
}

const find = <P>(
  policies: ReadonlyMap<string, Owned<P>>,
  name: string | undefined,
): Owned<P> | undefined => (name === undefined ? undefined : policies.get(name))
