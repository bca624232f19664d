import type { Clock } from '../../base/clock.ts'
import { type OtMember, readOtMember, withOtMember } from '../../wire/ot-tracestate.ts'
import { FLAG_SAMPLED } from '../../wire/traceparent.ts'
import type { Incoming } from '../propagator.ts'
import type { SpanContext } from '../span-context.ts'
import { createFairLimit } from './fair-limit.ts'
import type { Operation } from './operation.ts'
import { type ActiveRule, createOperationTable, type OperationState } from './operation-table.ts'
import {
  createPacedRate,
  isSampledBy,
  type RatedDecision,
  randomnessOf,
  rateDecision,
} from './paced-rate.ts'
import type { Decision, SamplingPolicy, SamplingRule, SamplingRules } from './policy.ts'
import { createTokenBucket } from './token-bucket.ts'
import { isTraceIdSampled } from './trace-id-ratio.ts'

/** What is asked about a request. Not kept: the caller may fill the same record in anew. */
export interface SamplingRequest {
  readonly incoming: Incoming
  /** Names and values in turn. */
  readonly headers: readonly string[]
  /** The caller's sidecar has decided whether a header may force the trace. */
  readonly isFromPeer: boolean
  readonly operation: Operation
}

export interface Sampler {
  /** `undefined` when the request is not traced. Reads the policy once, so a change never splits a request. */
  decide(traceId: string, request: SamplingRequest): Decision | undefined
  /** The `tracestate` that goes on, after `decision`. */
  traceState(traceId: string, request: SamplingRequest, decision: Decision): string | undefined
  /** Whether the policy asks for operations; else they need not be filled in. */
  readsOperation(): boolean
  /** What is recorded although it is not sampled. */
  keeps(): boolean
  /** What is in force for each operation that was seen lately. */
  operations(): readonly OperationState[]
}

const KEPT_BY_PARENT: Decision = { sampled: true, rule: 'parent', threshold: undefined }
const LEFT_BY_PARENT: Decision = { sampled: false, rule: 'parent', threshold: undefined }
const KEPT_BY_RATE: Decision = { sampled: true, rule: 'rate', threshold: undefined }
const LEFT_BY_RATE: Decision = { sampled: false, rule: 'rate', threshold: undefined }
const BY_FLOOR: Decision = { sampled: true, rule: 'floor', threshold: undefined }
const LIMITED: Decision = { sampled: false, rule: 'limit', threshold: undefined }

/** A policy's state: budgets, what operations wanted. A new policy starts with a new one. */
interface Engine {
  readonly policy: SamplingPolicy
  readonly decide: (traceId: string, request: SamplingRequest) => Decision | undefined
  readonly operations: () => readonly OperationState[]
}

/** @param policy gives the one in force; an object that is another one is another policy */
export function createSampler(policy: () => SamplingPolicy, clock: Clock): Sampler {
  let engine: Engine | undefined
  const engineOf = (inForce: SamplingPolicy): Engine => {
    if (engine?.policy !== inForce) engine = createEngine(inForce, clock)
    return engine
  }
  return {
    decide(traceId, request) {
      const inForce = policy()
      return inForce.enabled ? engineOf(inForce).decide(traceId, request) : undefined
    },
    traceState: (traceId, { incoming }, decision) =>
      policy().rules === undefined
        ? incoming.parent?.traceState
        : nextTraceState(traceId, incoming, decision),
    readsOperation: () => policy().rules !== undefined,
    keeps: () => policy().rules?.keeps === true,
    operations: () => engine?.operations() ?? [],
  }
}

function createEngine(policy: SamplingPolicy, clock: Clock): Engine {
  return policy.rules === undefined
    ? {
        policy,
        decide: (traceId, { incoming }) => decidePlainly(policy.rate, traceId, incoming),
        operations: () => [],
      }
    : createRuleEngine(policy, policy.rules, clock)
}

/**
 * daprd's sampler: `ParentBased(TraceIDRatioBased(rate))`. A parent decides, whatever the rate; a root is
 * decided by its trace id, so all who see the id decide alike.
 *
 * @see dapr `pkg/diagnostics/tracing_sampler.go`
 */
function decidePlainly(rate: number, traceId: string, incoming: Incoming): Decision {
  const byCaller = callersDecision(incoming)
  if (byCaller !== undefined) return byCaller ? KEPT_BY_PARENT : LEFT_BY_PARENT
  return isTraceIdSampled(traceId, rate) ? KEPT_BY_RATE : LEFT_BY_RATE
}

/** `undefined` for a root that nobody has decided about. */
const callersDecision = ({ parent, decided }: Incoming): boolean | undefined =>
  parent === undefined ? decided : (parent.flags & FLAG_SAMPLED) !== 0

const MINUTE_MS = 60_000
const SECOND_MS = 1_000

function createRuleEngine(policy: SamplingPolicy, rules: SamplingRules, clock: Clock): Engine {
  const everything = activate({
    name: 'rate',
    match: {},
    header: undefined,
    rate: policy.rate,
    perSecond: undefined,
    untilUs: undefined,
    untraced: false,
  })
  const table = createOperationTable(
    [
      ...rules.overrides.map((rule) => activate(rule, true)),
      ...rules.rules.map((rule) => activate(rule)),
      everything,
    ],
    rules.floorPerMinute,
  )
  const limit =
    rules.limitPerSecond === undefined ? undefined : createFairLimit(rules.limitPerSecond)
  const isBudgeted = limit !== undefined || rules.floorPerMinute !== undefined
  const force = rules.force && {
    header: rules.force.header,
    bucket: createTokenBucket(rules.force.perMinute, MINUTE_MS),
    forced: {
      sampled: true,
      rule: 'force',
      threshold: undefined,
      announce: rules.force.header,
    } satisfies Decision,
  }

  const decideRoot = (
    traceId: string,
    request: SamplingRequest,
    state: OperationState,
  ): Decision | undefined => {
    const active = firstThatHolds(state.candidates, request.headers, clock)
    if (active.rule.untraced) return undefined
    const { parent } = request.incoming
    const nowMs = isBudgeted || active.bucket !== undefined ? clock.elapsedMs() : 0
    const rated = active.rated(nowMs)
    if (isSampledBy(rated, traceId, parent) && active.bucket?.take(nowMs) !== false) {
      if (limit !== undefined) {
        const limited = limitedTo(state, rated, limit.want(state.share, nowMs))
        if (!isSampledBy(limited, traceId, parent) || !limit.take(state.share, nowMs))
          return LIMITED
        state.floor?.take(nowMs)
        return limited.kept
      }
      state.floor?.take(nowMs)
      return rated.kept
    }
    // A rule that says rate 0 means never; the plain rate 0 leaves the floor its say.
    const { floor } = state
    if (floor === undefined || (rated.rate === 0 && active !== everything)) return rated.left
    if (floor.available(nowMs) < 1) return rated.left
    if (limit !== undefined) {
      limit.want(state.share, nowMs)
      if (!limit.take(state.share, nowMs)) return LIMITED
    }
    floor.take(nowMs)
    return BY_FLOOR
  }

  const isOverridden = (state: OperationState, headers: readonly string[]): boolean =>
    rules.overrides.length > 0 && firstThatHolds(state.candidates, headers, clock).isOverride
  const decide = (
    traceId: string,
    request: SamplingRequest,
    state: OperationState,
  ): Decision | undefined => {
    if (force !== undefined && !request.isFromPeer && asksForTrace(request.headers, force.header)) {
      // A caller that is traced already has been paid for.
      if (callersDecision(request.incoming) === true && rules.parent !== 'ignore')
        return KEPT_BY_PARENT
      if (force.bucket.take(clock.elapsedMs())) return force.forced
    }
    const byCaller = callersDecision(request.incoming)
    if (byCaller !== undefined && rules.parent !== 'ignore') {
      if (byCaller) return KEPT_BY_PARENT
      // An override is loud: whoever asks for an app that is called by others means those calls.
      if (rules.parent === 'follow' && !isOverridden(state, request.headers)) return LEFT_BY_PARENT
    }
    return decideRoot(traceId, request, state)
  }
  return {
    policy,
    operations: table.list,
    decide(traceId, request) {
      const state = table.find(request.operation)
      const decision = decide(traceId, request, state)
      if (decision?.sampled === true) state.sampled++
      else if (decision !== undefined) state.unsampled++
      return decision
    },
  }
}

/** What is left of a rate under the limit: made anew once a second at most. */
function limitedTo(state: OperationState, rated: RatedDecision, pass: number): RatedDecision {
  if (pass >= 1) return rated
  if (state.limited?.from !== rated || state.limited.pass !== pass)
    state.limited = { from: rated, pass, to: rateDecision(rated.kept.rule, rated.rate * pass) }
  return state.limited.to
}

function activate(rule: SamplingRule, isOverride = false): ActiveRule {
  const base = { rule, match: rule.match, isOverride }
  if (rule.perSecond === undefined) {
    const rated = rateDecision(rule.name, rule.rate)
    return { ...base, rated: () => rated, current: () => rated, bucket: undefined }
  }
  const paced = createPacedRate(rule.name, rule.rate, rule.perSecond)
  return {
    ...base,
    rated: paced.arrive,
    current: paced.current,
    bucket: createTokenBucket(rule.perSecond, SECOND_MS),
  }
}

function firstThatHolds(
  candidates: readonly ActiveRule[],
  headers: readonly string[],
  clock: Clock,
): ActiveRule {
  for (const each of candidates) {
    const { header, untilUs } = each.rule
    if (untilUs !== undefined && clock.nowUs() >= untilUs) continue
    if (header !== undefined && !hasHeader(headers, header)) continue
    return each
  }
  throw new Error('the last rule matches everything')
}

const hasHeader = (headers: readonly string[], lowerName: string): boolean =>
  headerOf(headers, lowerName) !== undefined

function headerOf(headers: readonly string[], lowerName: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) return headers[i + 1]
  }
  return undefined
}

/** Present, and not an explicit no. */
function asksForTrace(headers: readonly string[], lowerName: string): boolean {
  const value = headerOf(headers, lowerName)
  return value !== undefined && !['', '0', 'false'].includes(value.trim().toLowerCase())
}

/** `rv` is a root's to write; `th` says what probability decided, and goes when anything else did. */
function nextTraceState(
  traceId: string,
  incoming: Incoming,
  decision: Decision,
): string | undefined {
  const { parent } = incoming
  if (parent === undefined)
    return withOtMember(undefined, {
      rv: randomnessOf(traceId, undefined),
      th: decision.threshold,
      rest: [],
    })
  const ot = readOtMember(parent.traceState)
  const th =
    decision.rule === 'parent' ? followedThreshold(traceId, parent, ot) : decision.threshold
  return th === ot.th ? parent.traceState : withOtMember(parent.traceState, { ...ot, th })
}

/** An incoming `th` stays unless it says the opposite of the flag. */
function followedThreshold(
  traceId: string,
  parent: SpanContext,
  { th }: OtMember,
): string | undefined {
  if (th === undefined) return undefined
  const isSampled = (parent.flags & FLAG_SAMPLED) !== 0
  return randomnessOf(traceId, parent) >= th === isSampled ? th : undefined
}
