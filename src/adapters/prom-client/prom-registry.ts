import { collectDefaultMetrics, type Metric, Registry } from 'prom-client'
import type { Clock } from '../../base/clock.ts'
import {
  type MetricDefinition,
  type MetricsRegistry,
  pipelineMetrics,
  type Write,
} from '../../telemetry/index.ts'
import { createPromMetric, type PromMetric } from './prom-metric.ts'
import { familyOf } from './read-family.ts'

/**
 * prom-client behind telemetry's port: it records, the page is ours. Every program makes its own registry; the
 * library's global one is never used. A metric that is declared shows up in a scrape from the start, even without a
 * series.
 */
export function createPromRegistry(
  catalogue: readonly MetricDefinition[],
  options: { readonly clock: Pick<Clock, 'nowUs'>; readonly processMetrics: boolean },
): MetricsRegistry {
  const metrics = new Map<string, PromMetric>()
  for (const definition of catalogue)
    metrics.set(
      definition.name,
      createPromMetric(definition, options.clock, () => folded.get(definition.name)?.(1)),
    )
  const counter = metrics.get(pipelineMetrics.seriesFolded.name)
  const folded = new Map<string, Write>()
  for (const { name, openLabel } of catalogue) {
    if (openLabel === undefined || counter === undefined) continue
    folded.set(name, counter.with({ metric: name, label: openLabel }))
  }
  const startUs = options.clock.nowUs()
  const ofProcess = options.processMetrics ? processRegistry() : undefined

  const held = ({ name }: MetricDefinition) => {
    const metric = metrics.get(name)
    if (metric === undefined) throw new Error(`${name} is not in this program's catalogue`)
    return metric
  }
  return {
    counter(definition) {
      const metric = held(definition)
      return {
        with(labels) {
          const write = metric.with(labels)
          return { inc: (by = 1, seen) => write(by, seen) }
        },
      }
    },
    gauge(definition) {
      const metric = held(definition)
      return { with: (labels) => ({ set: metric.with(labels) }) }
    },
    histogram(definition) {
      const metric = held(definition)
      return { with: (labels) => ({ observe: metric.with(labels) }) }
    },
    apply(viewOf) {
      for (const definition of catalogue) held(definition).apply(viewOf(definition))
    },
    async families() {
      // Filled in when they are asked for.
      await ofProcess?.getMetricsAsJSON()
      return [
        ...[...metrics.values()].flatMap((metric) => metric.family() ?? []),
        // Its types call these descriptions; they are the metrics themselves.
        ...((ofProcess?.getMetricsAsArray() ?? []) as unknown as Metric[]).map((metric) =>
          familyOf(metric, startUs),
        ),
      ]
    },
  }
}

/** Gauges that end like counters; the same numbers stand in `nodejs_active_…` by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

function processRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  return registry
}
