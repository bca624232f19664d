import { Counter, Gauge, Histogram, type Metric } from 'prom-client'
import type { Clock } from '../../base/clock.ts'
import type { MetricDefinition, Seen } from '../../telemetry/index.ts'
import type { Exemplar, MetricFamily } from '../../wire/metric-family.ts'
import { familyOf } from './read-family.ts'

/** Adds to a counter, sets a gauge, observes in a histogram. */
export type Write = (value: number, seen?: Seen) => void

type LabelValues = Readonly<Record<string, string>>

/** One metric with its series, each made once and then held. */
export interface PromMetric {
  readonly family: MetricFamily
  with(labels: LabelValues): Write
}

export function createPromMetric(
  definition: MetricDefinition,
  clock: Pick<Clock, 'nowUs'>,
): PromMetric {
  const { metric, writer } = openMetric(definition)
  const bounds = definition.type === 'histogram' ? definition.buckets : []
  /** The latest of each bucket, by the labels of the series. */
  const exemplars = new Map<object, (Exemplar | undefined)[]>()
  const held = new Map<string, Write>()

  const note = (labels: LabelValues, value: number, { traceId, spanId }: NonNullable<Seen>) => {
    let latest = exemplars.get(labels)
    if (latest === undefined) {
      latest = []
      exemplars.set(labels, latest)
    }
    const found = bounds.findIndex((bound) => value <= bound)
    const exemplar = { traceId, spanId, value, atUs: clock.nowUs() }
    latest[found === -1 ? bounds.length : found] = exemplar
  }
  const make = (values: LabelValues): Write => {
    const labels = Object.fromEntries(definition.labels.map((name) => [name, values[name] ?? '']))
    const write = writer(labels)
    return (value, seen) => {
      write(value)
      if (seen !== undefined) note(labels, value, seen)
    }
  }
  return {
    family: familyOf(metric, (labels) => exemplars.get(labels)),
    with(labels) {
      const key = definition.labels.map((name) => labels[name]).join('\0')
      let write = held.get(key)
      if (write === undefined) {
        write = make(labels)
        held.set(key, write)
      }
      return write
    },
  }
}

function openMetric(definition: MetricDefinition): {
  readonly metric: Metric
  readonly writer: (labels: Record<string, string>) => (value: number) => void
} {
  const { name, help, labels, type } = definition
  const common = { name, help, labelNames: [...labels], registers: [] }
  switch (type) {
    case 'counter': {
      const metric = new Counter(common)
      return { metric, writer: (values) => metric.labels(values).inc }
    }
    case 'gauge': {
      const metric = new Gauge(common)
      return { metric, writer: (values) => metric.labels(values).set }
    }
    case 'histogram': {
      const metric = new Histogram({ ...common, buckets: [...definition.buckets] })
      return { metric, writer: (values) => metric.labels(values).observe }
    }
  }
}
