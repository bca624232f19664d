import { Counter, Gauge, Histogram, type Metric } from 'prom-client'
import type { Clock } from '../../base/clock.ts'
import {
  AS_DECLARED,
  createSeriesTable,
  type LabelValues,
  type MetricDefinition,
  type MetricView,
  type Seen,
  type Write,
} from '../../telemetry/index.ts'
import type { Exemplar, MetricFamily } from '../../wire/metric-family.ts'
import { familyOf } from './read-family.ts'

/** One metric, recorded as the view in force asks for. */
export interface PromMetric {
  /** Absent = not recorded now. */
  family(): MetricFamily | undefined
  /** Follows the view: what is held goes on after a change. */
  with(labels: LabelValues): Write
  /** A view of another key starts the metric anew. */
  apply(view: MetricView): void
}

interface Recording {
  readonly family: MetricFamily | undefined
  seriesOf(labels: LabelValues): Write
}

const NOTHING: Recording = { family: undefined, seriesOf: () => () => undefined }

/** @param folded told of each sample that found no room */
export function createPromMetric(
  definition: MetricDefinition,
  clock: Pick<Clock, 'nowUs'>,
  folded: () => void,
): PromMetric {
  const open = (view: MetricView): Recording =>
    view.isRecorded ? record(definition, view, clock, folded) : NOTHING
  let { key } = AS_DECLARED
  let current = open(AS_DECLARED)
  return {
    family: () => current.family,
    with(labels) {
      let recording = current
      let write = recording.seriesOf(labels)
      return (value, seen) => {
        if (recording !== current) {
          recording = current
          write = recording.seriesOf(labels)
        }
        write(value, seen)
      }
    },
    apply(view) {
      if (view.key === key) return
      key = view.key
      current = open(view)
    },
  }
}

function record(
  definition: MetricDefinition,
  view: MetricView,
  clock: Pick<Clock, 'nowUs'>,
  folded: () => void,
): Recording {
  const bounds = definition.type === 'histogram' ? (view.buckets ?? definition.buckets) : []
  const { metric, writer } = openMetric(definition, bounds)
  /** The latest of each bucket, by the labels of the series. */
  const exemplars = new Map<object, (Exemplar | undefined)[]>()

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
  const make = (labels: LabelValues): Write => {
    const write = writer(labels)
    // A rate over a series that is not there yet would miss its first sample.
    if (definition.type === 'counter') write(0)
    return (value, seen) => {
      write(value)
      if (seen !== undefined) note(labels, value, seen)
    }
  }
  const seriesOf = createSeriesTable(definition, view, make, folded)
  const family = familyOf(metric, clock.nowUs(), bounds, (labels) => exemplars.get(labels))
  return { family, seriesOf }
}

function openMetric(
  definition: MetricDefinition,
  bounds: readonly number[],
): {
  readonly metric: Metric
  readonly writer: (labels: LabelValues) => (value: number) => void
} {
  const { name, help, labels } = definition
  const common = { name, help, labelNames: [...labels], registers: [] }
  switch (definition.type) {
    case 'counter': {
      const metric = new Counter(common)
      return { metric, writer: (values) => metric.labels(values).inc }
    }
    case 'gauge': {
      const metric = new Gauge(common)
      return { metric, writer: (values) => metric.labels(values).set }
    }
    case 'histogram': {
      const metric = new Histogram({ ...common, buckets: bounds.map(besideWhole) })
      return { metric, writer: (values) => metric.labels(values).observe }
    }
  }
}

/**
 * prom-client counts in an object by bound, and whole numbers would make an array of it with a slot for each number
 * up to the largest: 12 KB a series for ten bounds to 1000. The next number above has no such slot, and no sample
 * lies between.
 */
const besideWhole = (bound: number): number =>
  Number.isInteger(bound) ? bound * (1 + Number.EPSILON) : bound
