import type { Configuration } from '../../resources/index.ts'
import {
  createSampler,
  type KeepPolicy,
  NO_CONTEXT,
  type Operation,
  type SamplingRule,
  type SamplingRules,
} from '../../telemetry/index.ts'
import { FLAG_SAMPLED } from '../../wire/traceparent.ts'
import { compileTelemetry } from '../compile-telemetry.ts'

/** What the new Configuration says to a request, before any budget. */
export interface HeadDecision {
  /** A rule's name, `rate` or `parent`. */
  readonly rule: string
  readonly rate: number
  readonly sampled: boolean
}

export interface HeadQuestion {
  readonly traceId: string
  readonly operation: Operation
  /** A caller has sampled it. */
  readonly callerSpanId: string | undefined
  /** Lower case headers that it bore for sure. */
  readonly headers: readonly string[]
}

/** The new Configuration, ready to be asked. */
export interface NextPolicy {
  readonly isOn: boolean
  readonly rate: number
  /** Without their budgets: those are laid over the sum. */
  readonly rules: SamplingRules | undefined
  readonly keep: KeepPolicy | undefined
  /** Fields of requests that its rules ask for. */
  readonly asksFor: ReadonlySet<keyof Operation>
  decide(question: HeadQuestion): HeadDecision
  /** What holds for a request without special headers. */
  rateOf(operation: Operation): HeadDecision
  find(rule: string): SamplingRule | undefined
}

/**
 * Asks the sampler itself, so that what is said here is what the sidecar does. Overrides hold as long as they
 * have not ended by `nowUs`, also for what was recorded before.
 */
export function compileNext(configuration: Configuration, nowUs: number): NextPolicy {
  const { sampling, keep } = compileTelemetry(configuration)
  const { rules, rate, enabled } = sampling
  const all = rules === undefined ? [] : [...rules.overrides, ...rules.rules]
  const unbounded = {
    enabled,
    rate,
    rules: rules && {
      ...rules,
      overrides: rules.overrides.map(withoutBudget),
      rules: rules.rules.map(withoutBudget),
      floorPerMinute: undefined,
      limitPerSecond: undefined,
      force: undefined,
    },
  }
  const sampler = createSampler(() => unbounded, {
    nowUs: () => nowUs,
    elapsedMs: () => 0,
    after: () => () => undefined,
  })
  const rateOfRule = (name: string): number =>
    all.find((rule) => rule.name === name)?.rate ?? (name === 'parent' ? 1 : rate)
  const untraced = all.find((rule) => rule.untraced)?.name ?? 'rate'

  const decide = ({ traceId, operation, callerSpanId, headers }: HeadQuestion): HeadDecision => {
    // Without a block, daprd's rule holds: these are not traced.
    if (rules === undefined && operation.path.includes('/healthz'))
      return { rule: 'health', rate: 0, sampled: false }
    const incoming =
      callerSpanId === undefined
        ? NO_CONTEXT
        : {
            ...NO_CONTEXT,
            parent: { traceId, spanId: callerSpanId, flags: FLAG_SAMPLED, traceState: undefined },
          }
    const decision = sampler.decide(traceId, {
      incoming,
      headers: headers.flatMap((header) => [header, '1']),
      isFromPeer: false,
      operation,
    })
    if (decision === undefined) return { rule: untraced, rate: 0, sampled: false }
    return { rule: decision.rule, rate: rateOfRule(decision.rule), sampled: decision.sampled }
  }
  return {
    isOn: enabled,
    rate,
    rules,
    keep: enabled ? keep : undefined,
    asksFor: new Set(all.flatMap(({ match }) => Object.keys(match) as (keyof Operation)[])),
    decide,
    rateOf: (operation) =>
      decide({ traceId: ANY_TRACE, operation, callerSpanId: undefined, headers: [] }),
    find: (name) => all.find((rule) => rule.name === name),
  }
}

const ANY_TRACE = '0'.repeat(31).concat('1')

const withoutBudget = (rule: SamplingRule): SamplingRule => ({ ...rule, perSecond: undefined })
