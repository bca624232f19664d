import { createFakeClock } from '../../../../src/base/fake-clock.ts'
import {
  createOperation,
  createSampler,
  type Decision,
  NO_CONTEXT,
  type Operation,
  type SamplingRule,
  type SamplingRules,
  type SpanContext,
} from '../../../../src/telemetry/index.ts'
import { createSeededTraceIds } from '../../../support/seeded-ids.ts'

export const RULES: SamplingRules = {
  parent: 'follow',
  overrides: [],
  rules: [],
  floorPerMinute: undefined,
  limitPerSecond: undefined,
  force: undefined,
  keeps: false,
}

export const rule = (name: string, more: Partial<SamplingRule>): SamplingRule => ({
  name,
  match: {},
  header: undefined,
  rate: 1,
  perSecond: undefined,
  untilUs: undefined,
  untraced: false,
  ...more,
})

export interface Asked {
  readonly operation?: Partial<Operation>
  readonly traceId?: string
  readonly parent?: Partial<SpanContext>
  readonly headers?: readonly string[]
  readonly isFromPeer?: boolean
}

/** A sampler with rules, a clock to move, and one question to ask it. */
export function startSampler(rules: Partial<SamplingRules>, rate = 0) {
  const clock = createFakeClock()
  const newTraceId = createSeededTraceIds(0)
  const policy = { enabled: true, rate, rules: { ...RULES, ...rules } }
  const sampler = createSampler(() => policy, clock)
  const ask = ({
    operation,
    traceId = newTraceId(),
    parent,
    headers = [],
    isFromPeer = false,
  }: Asked) => {
    const context = { traceId, spanId: '00f067aa0ba902b7', flags: 0, traceState: undefined }
    const request = {
      headers,
      isFromPeer,
      operation: { ...createOperation(), ...operation },
      incoming: { ...NO_CONTEXT, parent: parent && { ...context, ...parent } },
    }
    const decision = sampler.decide(traceId, request)
    return {
      decision,
      traceState: decision && sampler.traceState(traceId, request, decision),
    }
  }
  return {
    clock,
    sampler,
    decide: (asked: Asked = {}): Decision | undefined => ask(asked).decision,
    /** `kept by orders`, for tables. */
    verdict(asked: Asked = {}): string {
      const decision = ask(asked).decision
      return decision === undefined
        ? 'untraced'
        : `${decision.sampled ? 'kept' : 'left'} by ${decision.rule}`
    },
    traceState: (asked: Asked): string | undefined => ask(asked).traceState,
  }
}
