import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api'
import { ParentBasedSampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace'
import { createSystemClock } from '../../../src/base/clock.ts'
import { createIdSource } from '../../../src/base/ids.ts'
import {
  createOperation,
  createSampler,
  NO_CONTEXT,
  type SamplingRule,
} from '../../../src/telemetry/index.ts'
import { matchesGlob } from '../../../src/telemetry/sampling/glob.ts'
import { formatSpread, spreadOf } from '../measure/spread.ts'
import { formatTable } from '../measure/table.ts'

const DECISIONS = 200_000
const ids = createIdSource()
const TRACE_IDS = Array.from({ length: 4_096 }, () => ids.traceId())

const ruleOf = (index: number): SamplingRule => ({
  name: `rule-${index}`,
  match: { api: 'invoke', target: `app-${index}`, method: 'GET', path: `/items/*/part-${index}*` },
  header: undefined,
  rate: 0.01,
  perSecond: undefined,
  untilUs: undefined,
  untraced: false,
})

type Decide = (i: number) => boolean

/** Ours, for requests of 40 operations in turn; each second one matches a rule. */
function ours(rules: number): Decide {
  const policy = {
    enabled: true,
    rate: 0.01,
    rules: {
      parent: 'follow' as const,
      overrides: [],
      rules: Array.from({ length: rules }, (_, i) => ruleOf(i)),
      floorPerMinute: undefined,
      limitPerSecond: undefined,
      force: undefined,
      keeps: false,
    },
  }
  const sampler = createSampler(() => policy, createSystemClock())
  const operation = createOperation()
  const headers: string[] = []
  const request = { incoming: NO_CONTEXT, headers, isFromPeer: false, operation }
  return (i) => {
    fill(operation, i)
    return sampler.decide(TRACE_IDS[i & 4_095] as string, request)?.sampled === true
  }
}

/** The same rules, looked through at each request. */
function rematched(rules: number): Decide {
  const all = Array.from({ length: rules }, (_, i) => ruleOf(i))
  const operation = createOperation()
  const bound = 0.01 * 2 ** 32
  return (i) => {
    fill(operation, i)
    const rule = all.find(({ match }) =>
      (Object.keys(match) as (keyof typeof match)[]).every((field) =>
        matchesGlob(match[field] ?? '*', operation[field]),
      ),
    )
    const traceId = TRACE_IDS[i & 4_095] as string
    return (
      Number.parseInt(traceId.slice(16, 24), 16) <
      (rule === undefined ? bound : rule.rate * 2 ** 32)
    )
  }
}

/** The OpenTelemetry SDK's own sampler: no rules at all. */
function sdk(): Decide {
  const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.01) })
  return (i) =>
    sampler.shouldSample(
      ROOT_CONTEXT,
      TRACE_IDS[i & 4_095] as string,
      'GET /items',
      SpanKind.SERVER,
      {},
      [],
    ).decision !== 0
}

function fill(operation: ReturnType<typeof createOperation>, i: number): void {
  const n = i % 40
  operation.api = 'invoke'
  operation.target = `app-${n >> 1}`
  operation.method = 'GET'
  operation.path = (n & 1) === 0 ? `/items/{id}/part-${n >> 1}` : `/other/${n}`
}

/** Nanoseconds a decision. */
function time(decide: Decide): number {
  let sampled = 0
  const begin = performance.now()
  for (let i = 0; i < DECISIONS; i++) if (decide(i)) sampled++
  const ns = ((performance.now() - begin) * 1e6) / DECISIONS
  if (sampled === 0) throw new Error('nothing was sampled')
  return ns
}

/** Rounds in turn, so that a slow moment of the machine hits all. */
export function benchDecisions(rounds = 9): string {
  const contestants: readonly (readonly [string, Decide])[] = [
    ['the SDK’s ParentBased(TraceIdRatioBased), no rules', sdk()],
    ...[0, 1, 5, 20, 100].map((rules) => [`ours, ${rules} rules`, ours(rules)] as const),
    ...[5, 20, 100].map((rules) => [`${rules} rules matched anew`, rematched(rules)] as const),
  ]
  const times = contestants.map(([, decide]) => {
    for (let i = 0; i < 3; i++) time(decide)
    return [] as number[]
  })
  for (let round = 0; round < rounds; round++)
    for (const [i, [, decide]] of contestants.entries()) times[i]?.push(time(decide))
  return formatTable(
    contestants.map(([name], i) => ({
      sampler: name,
      'ns a decision': formatSpread(spreadOf(times[i] ?? [])),
    })),
  )
}
