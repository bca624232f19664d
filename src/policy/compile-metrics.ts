import { compileRegex, type MetricSpec } from '../resources/index.ts'
import {
  AS_DECLARED,
  DAPR_LATENCY_BUCKETS_MS,
  errorMetrics,
  httpMetrics,
  type MetricDefinition,
  type MetricView,
} from '../telemetry/index.ts'
import type { MetricsReport } from '../wire/sidecar-report.ts'
import { compileHttpLabels, type HttpLabels } from './http-labels.ts'

/** What a Configuration asks of the metrics. */
export interface MetricPolicy {
  viewOf(definition: MetricDefinition): MetricView
  readonly http: HttpLabels
  /** What it is made of, for people. */
  readonly report: MetricsReport
}

type Rule = NonNullable<MetricSpec['rules']>[number]

/** Rules of one metric. */
interface CompiledRule {
  /** The text it was made of. */
  readonly key: string
  readonly rewrites: NonNullable<MetricView['rewrites']>
}

/** Expressions are compiled here, once; what comes of them is called once a series. */
export async function compileMetrics(spec: MetricSpec | undefined): Promise<MetricPolicy> {
  const rules = new Map<string, CompiledRule>()
  for (const rule of spec?.rules ?? []) rules.set(metricName(rule.name), await compileRule(rule))
  return toPolicy(spec, rules)
}

/**
 * Only what is Dapr's can be switched off, rewritten or measured otherwise: what Sidelight tells of itself stays.
 *
 * @see dapr `pkg/diagnostics/metrics.go`, `pkg/diagnostics/utils/metrics_utils.go`
 */
function toPolicy(
  spec: MetricSpec | undefined,
  rules: ReadonlyMap<string, CompiledRule>,
): MetricPolicy {
  const report: MetricsReport = {
    enabled: spec?.enabled ?? true,
    recordErrorCodes: spec?.recordErrorCodes ?? false,
    // As in daprd, an empty list is none.
    latencyBucketsMs: spec?.latencyDistributionBuckets?.length
      ? spec.latencyDistributionBuckets
      : undefined,
    increasedCardinality: spec?.http?.increasedCardinality ?? true,
    excludeVerbs: spec?.http?.excludeVerbs ?? false,
    pathMatching: spec?.http?.pathMatching ?? [],
    rules: [...rules.keys()],
  }
  const { enabled, latencyBucketsMs, increasedCardinality, excludeVerbs, pathMatching } = report
  const httpKey = JSON.stringify([increasedCardinality, excludeVerbs, pathMatching])
  const isOff: ReadonlyMap<MetricDefinition, boolean> = new Map<MetricDefinition, boolean>([
    [errorMetrics.total, !report.recordErrorCodes],
    [httpMetrics.serverResponseCount, !increasedCardinality],
  ])
  return Object.freeze({
    http: compileHttpLabels(report),
    report,
    viewOf(definition: MetricDefinition): MetricView {
      if (definition.compat !== true) return AS_DECLARED
      if (!enabled || isOff.get(definition) === true) return OFF
      const rule = rules.get(definition.name)
      const buckets = isLatency(definition) ? latencyBucketsMs : undefined
      const isHttp = definition.openLabel === 'path'
      return {
        key: JSON.stringify(['on', buckets, rule?.key, isHttp ? httpKey : '']),
        isRecorded: true,
        buckets,
        rewrites: rule?.rewrites,
      }
    },
  })
}

const OFF: MetricView = { key: 'off', isRecorded: false }

const isLatency = (definition: MetricDefinition): boolean =>
  definition.type === 'histogram' && definition.buckets === DAPR_LATENCY_BUCKETS_MS

/** Rules write it without `dapr_`, and with slashes if they like. */
const metricName = (name: string): string => `dapr_${name.replace(/[^A-Za-z0-9]/g, '_')}`

/** A label's expressions take the value one after the other, each what the one before has left. */
async function compileRule(rule: Rule): Promise<CompiledRule> {
  const rewrites = new Map<string, (value: string) => string>()
  for (const { name, regex } of rule.labels) {
    const steps: ((value: string) => string)[] = []
    for (const [replacement, source] of Object.entries(regex)) {
      const compiled = await compileRegex(source)
      const replace = compiled.ok ? compiled.value.replacer(replacement) : compiled
      // Never otherwise: validation has compiled it, too.
      if (replace.ok) steps.push(replace.value)
    }
    rewrites.set(name, (value) => steps.reduce((text, step) => step(text), value))
  }
  return { key: JSON.stringify(rule), rewrites }
}

/** In force before a Configuration is. */
export const DEFAULT_METRICS: MetricPolicy = toPolicy(undefined, new Map())
