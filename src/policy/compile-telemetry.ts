import type {
  Configuration,
  OtelSpec,
  RuleSpec,
  SamplingSpec,
  ZipkinSpec,
} from '../resources/index.ts'
import type { KeepPolicy, SamplingPolicy, SamplingRule, SamplingRules } from '../telemetry/index.ts'

/** What a Configuration asks of telemetry. */
export interface TelemetryPolicy {
  readonly sampling: SamplingPolicy
  readonly keep: KeepPolicy | undefined
  readonly zipkin: ZipkinSpec | undefined
  readonly otel: OtelSpec | undefined
  readonly stdout: boolean
  /** Whether calls of components are spans of their own. */
  readonly componentSpans: boolean
}

/** daprd's rate when a tracing section names none. @see dapr `pkg/diagnostics/utils/trace_utils.go` */
const DEFAULT_RATE = 0.0001

/**
 * Off without a tracing section (nobody could ever see the spans, and new span ids would tear the traces of
 * apps that export on their own), and at rate 0 without a `sampling` block.
 */
export function compileTelemetry({ tracing }: Configuration): TelemetryPolicy {
  const rate = tracing?.samplingRate ?? DEFAULT_RATE
  const sampling = tracing?.sampling
  return Object.freeze({
    sampling: Object.freeze({
      enabled: tracing !== undefined && (rate > 0 || sampling !== undefined),
      rate,
      rules: sampling && Object.freeze(compileRules(sampling, rate)),
    }),
    keep: sampling?.keep,
    zipkin: tracing?.zipkin,
    otel: tracing?.otel,
    stdout: tracing?.stdout ?? false,
    componentSpans: tracing?.componentSpans ?? true,
  })
}

/**
 * Health checks are no news: not traced unless a rule of the Configuration comes first or bears this name.
 * Without a `sampling` block the same holds by daprd's rule, a path that contains `/healthz`.
 */
const HEALTH: SamplingRule = {
  name: 'health',
  match: { path: '*/healthz*' },
  header: undefined,
  rate: 0,
  perSecond: undefined,
  untilUs: undefined,
  untraced: true,
}

function compileRules(spec: SamplingSpec, rate: number): SamplingRules {
  const rules = spec.rules.map((rule) => compileRule(rule, rate))
  const overrides = spec.overrides.map((override) => ({
    ...compileRule(override, rate),
    untilUs: override.untilMs * 1_000,
  }))
  return {
    parent: spec.parent,
    overrides,
    rules: rules.some(({ name }) => name === HEALTH.name) ? rules : [...rules, HEALTH],
    floorPerMinute: spec.floor?.perOperationPerMinute,
    limitPerSecond: spec.limit?.perSecond,
    force: spec.force,
    keeps: spec.keep !== undefined,
  }
}

function compileRule(spec: RuleSpec, rate: number): SamplingRule {
  const { header, ...match } = spec.match
  return {
    name: spec.name,
    match,
    header,
    rate: spec.rate ?? rate,
    perSecond: spec.perSecond,
    untilUs: undefined,
    untraced: false,
  }
}
