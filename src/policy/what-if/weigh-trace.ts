import type { KeepPolicy, Operation } from '../../telemetry/index.ts'
import { rateOf, thresholdOf } from '../../wire/ot-tracestate.ts'
import type { SidecarReport } from '../../wire/sidecar-report.ts'
import type { NextPolicy } from './next-policy.ts'
import type { RecordedTrace, RecordedVerdict } from './recorded-trace.ts'
import { operationKey, type SidecarView } from './sidecar-view.ts'

/** A recorded trace with what it stands for and what the new Configuration's head decision makes of it. */
export interface WeighedTrace {
  readonly app: string
  readonly operation: string
  /** Budgets are counted by the minute. */
  readonly minute: number
  readonly startUs: number
  /** The rule that kept it, and the one that would decide now. */
  readonly todayRule: string
  readonly rule: string
  /** The new rate; a rule's 0 leaves the floor no say. */
  readonly rate: number
  /** Traces like this one, recorded or not: 1 / its chance to be recorded. */
  readonly weight: number
  /** The chance is on record, not guessed. */
  readonly isWeightKnown: boolean
  /** How many of these the new head decision keeps: 0 or 1 where it is known of this very trace. */
  readonly head: number
  readonly headVariance: number
  readonly isExact: boolean
  /** Whose sidecar would keep it at its end, by the new Configuration. */
  readonly keeper: string | undefined
  /** An answer of 500 or more, or one that broke off. */
  readonly isFailed: boolean
  readonly durationUs: number
  readonly spanCount: number
  readonly bytes: number
}

interface Inclusion {
  /** Over 0, at most 1. */
  readonly probability: number
  /** T that the trace is known to have passed. */
  readonly threshold: string | undefined
  readonly isKnown: boolean
}

const DIGITS = 14
const MINUTE_US = 60_000_000
const FAILED_FROM = 500

export function weighTrace(
  trace: RecordedTrace,
  next: NextPolicy,
  view: SidecarView,
): WeighedTrace {
  const inclusion = inclusionOf(trace, view)
  const head = headOf(trace, inclusion, next, view)
  const verdict = next.keep && verdictOf(trace.verdicts, next.keep)
  return {
    app: trace.app,
    operation: operationKey(trace.app, { ...trace.operation }),
    minute: Math.floor(trace.startUs / MINUTE_US),
    startUs: trace.startUs,
    todayRule: trace.rule,
    ...head,
    weight: 1 / inclusion.probability,
    isWeightKnown: inclusion.isKnown,
    keeper: verdict?.app,
    isFailed: trace.verdicts.some(({ failedWith = 0 }) => failedWith >= FAILED_FROM),
    durationUs: trace.durationUs,
    spanCount: trace.spanCount,
    bytes: trace.bytes,
  }
}

const CERTAIN: Inclusion = { probability: 1, threshold: '0'.repeat(DIGITS), isKnown: true }
const UNKNOWN: Inclusion = { ...CERTAIN, isKnown: false }

/** The chance that a trace like this one had to be recorded. */
function inclusionOf(trace: RecordedTrace, view: SidecarView): Inclusion {
  const { app, rule, threshold, operation } = trace
  const report = view.inForceAt(app, trace.startUs)
  const keep = report?.sampling.keep
  // While `keep` is on, what fails is recorded whatever the head decided.
  if (rule === 'keep' || (keep && verdictOf(trace.verdicts, keep) !== undefined)) return CERTAIN
  if (threshold !== undefined) return passed(threshold.padEnd(DIGITS, '0'), true)
  if (rule === 'floor') {
    const { path, target, method } = operation
    const share = view.sampledShare(app, path, target, method)
    return share === undefined
      ? UNKNOWN
      : { probability: share, threshold: undefined, isKnown: false }
  }
  if (rule !== 'rate') return CERTAIN
  // Dapr's own sampler leaves no threshold; the sidecar says which rate it runs.
  const plain = report ?? view.reportsOf(app)[0]
  if (plain === undefined) return UNKNOWN
  // With a block in force, what has no tag was decided by a caller that gave no ids.
  if (plain.sampling.parent !== undefined) return report === undefined ? UNKNOWN : CERTAIN
  const th = thresholdOf(report === undefined ? rateBefore(plain) : plain.sampling.rate)
  return th === undefined ? UNKNOWN : passed(th, report !== undefined)
}

/** Of the Configuration before the one in force, as far as a sidecar remembers. */
function rateBefore({ configuration, sampling }: SidecarReport): number {
  const change = configuration.lastChange.find(({ path }) => path === 'tracing.samplingRate')
  return Number(change?.before ?? sampling.rate)
}

const passed = (threshold: string, isKnown: boolean): Inclusion => {
  const probability = rateOf(threshold)
  return probability > 0 ? { probability, threshold, isKnown } : UNKNOWN
}

type Head = Pick<WeighedTrace, 'rule' | 'rate' | 'head' | 'headVariance' | 'isExact'>

function headOf(
  trace: RecordedTrace,
  { probability, threshold, isKnown }: Inclusion,
  next: NextPolicy,
  view: SidecarView,
): Head {
  if (trace.rule === 'force' && next.rules?.force !== undefined)
    return { rule: 'force', rate: 1, head: 1, headVariance: 0, isExact: isKnown }
  const { operation, unsure } = completed(trace, view)
  // The rule that sampled it had found its header.
  const header = next.find(trace.rule)?.header
  const { rule, rate, sampled } = next.decide({
    traceId: trace.traceId,
    operation,
    callerSpanId: trace.callerSpanId,
    headers: header === undefined ? [] : [header],
  })
  const isSure = isKnown && ![...unsure].some((field) => next.asksFor.has(field))
  if (rule === 'parent') return { rule, rate, head: 1, headVariance: 0, isExact: isSure }
  const nextThreshold = thresholdOf(rate)
  if (nextThreshold === undefined) return { rule, rate, head: 0, headVariance: 0, isExact: isSure }
  if (threshold !== undefined && nextThreshold >= threshold)
    return { rule, rate, head: sampled ? 1 : 0, headVariance: 0, isExact: isSure }
  const head = rate / probability
  // Of those that pass T now, each was recorded with the chance 1 / head; the floor asked no threshold at all.
  const headVariance = threshold === undefined ? head * (head + 1) : head * (head - 1)
  return { rule, rate, head, headVariance, isExact: false }
}

/** The sidecars know what spans do not say. */
function completed(
  { app, operation, unsure }: RecordedTrace,
  view: SidecarView,
): Pick<RecordedTrace, 'operation' | 'unsure'> {
  const namespaces = new Set(view.reportsOf(app).map(({ namespace }) => namespace))
  const [namespace = ''] = namespaces
  const left = new Set<keyof Operation>(unsure)
  if (namespaces.size === 1) left.delete('namespace')
  // The service name of spans may be another one than the app id.
  else if (namespaces.size === 0) left.add('caller')
  return { operation: { ...operation, namespace }, unsure: left }
}

type KeepTerms = Pick<KeepPolicy, 'errors' | 'errorsFrom' | 'slowerThanMs'>

/** The first who would keep it. The record has the whole length of a request, not when its answer began. */
export const verdictOf = (
  verdicts: readonly RecordedVerdict[],
  { errors, errorsFrom, slowerThanMs = Number.POSITIVE_INFINITY }: KeepTerms,
): RecordedVerdict | undefined =>
  verdicts.find(
    ({ failedWith = 0, durationUs }) =>
      (errors && failedWith >= errorsFrom) || durationUs > slowerThanMs * 1_000,
  )
