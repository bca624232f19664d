import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  Registry,
  type RegistryContentType,
} from 'prom-client'
import type { MetricDefinition, MetricsRegistry } from '../../telemetry/index.ts'

/**
 * prom-client behind telemetry's port. Every program makes its own registry; the library's global one is
 * never used. A metric that is declared shows up in a scrape from the start, even without a series.
 */
export function createPromRegistry(
  catalogue: readonly MetricDefinition[],
  options: { readonly processMetrics: boolean },
): MetricsRegistry {
  const registry = new Registry<RegistryContentType>()
  const metrics = new Map<string, Counter | Gauge | Histogram>()
  for (const definition of catalogue) metrics.set(definition.name, create(definition, registry))
  if (options.processMetrics) {
    collectDefaultMetrics({ register: registry })
    for (const name of MISNAMED) registry.removeSingleMetric(name)
  }

  const held = <M>(definition: MetricDefinition): M => {
    const metric = metrics.get(definition.name)
    if (metric === undefined)
      throw new Error(`${definition.name} is not in this program's catalogue`)
    return metric as M
  }
  return {
    counter(definition) {
      const metric = held<Counter>(definition)
      return { with: (labels) => metric.labels(labels) }
    },
    gauge(definition) {
      const metric = held<Gauge>(definition)
      return { with: (labels) => metric.labels(labels) }
    },
    histogram(definition) {
      const metric = held<Histogram>(definition)
      return { with: (labels) => metric.labels(labels) }
    },
    async expose() {
      return { contentType: registry.contentType, text: await registry.metrics() }
    },
  }
}

/** Gauges that end like counters; the same numbers stand in `nodejs_active_…` by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

function create(definition: MetricDefinition, registry: Registry<RegistryContentType>) {
  const common = {
    name: definition.name,
    help: definition.help,
    labelNames: [...definition.labels],
    registers: [registry],
  }
  switch (definition.type) {
    case 'counter':
      return new Counter(common)
    case 'gauge':
      return new Gauge(common)
    case 'histogram':
      return new Histogram({ ...common, buckets: [...definition.buckets] })
  }
}
