import { SIDECAR_SCOPE } from '../../wire/instrumentation-scope.ts'
import type { MetricFamily, MetricSeries } from '../../wire/metric-family.ts'
import type { ResourceMetrics } from './otlp-client.ts'
import { toHrTime } from './otlp-values.ts'

/** Of one call: of histograms some 170 KB, and 3 ms in which no request is served. */
const MAX_POINTS = 250
const SCOPE = { name: SIDECAR_SCOPE }
/** The libraries' numbers, which they export as enumerations only. */
const CUMULATIVE = 1
const HISTOGRAM = 0
const GAUGE = 2
const SUM = 3
const DOUBLE = 1

type Metric = ResourceMetrics['scopeMetrics'][number]['metrics'][number]
type Point<V> = {
  readonly startTime: ReturnType<typeof toHrTime>
  readonly endTime: ReturnType<typeof toHrTime>
  readonly attributes: Record<string, string>
  readonly value: V
}
type Histogram = Extract<Metric, { dataPointType: typeof HISTOGRAM }>['dataPoints'][number]['value']

/**
 * What a scraper gets, as OpenTelemetry's metrics: the same names, labels, bounds and numbers, cumulative since the
 * family began to count. Exemplars stay behind: the official serializer has no place for them.
 *
 * @param nowUs integer microseconds since the epoch
 */
export function* toResourceMetrics(
  families: Iterable<MetricFamily>,
  resource: ResourceMetrics['resource'],
  nowUs: number,
): Generator<ResourceMetrics, void, void> {
  let metrics: Metric[] = []
  let points = 0
  const take = (): ResourceMetrics => {
    const part = { resource, scopeMetrics: [{ scope: SCOPE, metrics }] }
    metrics = []
    points = 0
    return part
  }
  for (const family of families) {
    let series: MetricSeries[] = []
    for (const each of family.series) {
      series.push(each)
      if (++points < MAX_POINTS) continue
      metrics.push(toMetric(family, series, nowUs))
      series = []
      yield take()
    }
    if (series.length > 0) metrics.push(toMetric(family, series, nowUs))
  }
  if (metrics.length > 0) yield take()
}

function toMetric(family: MetricFamily, series: readonly MetricSeries[], nowUs: number): Metric {
  const { name, help: description, type, startUs } = family
  // No unit: a receiver would add it to names that have it, or that are Dapr's.
  const descriptor = { name, description, unit: '', valueType: DOUBLE }
  const common = { descriptor, aggregationTemporality: CUMULATIVE } as const
  const startTime = toHrTime(startUs)
  // A wall clock that was set back must not make a time that ends before it begins.
  const endTime = toHrTime(Math.max(nowUs, startUs))
  const pointOf = <V>({ labels }: MetricSeries, value: V): Point<V> => ({
    startTime,
    endTime,
    attributes: Object.fromEntries(Object.entries(labels).map(([k, v]) => [k, String(v)])),
    value,
  })
  const histograms: Point<Histogram>[] = []
  const numbers: Point<number>[] = []
  for (const each of series)
    if ('bounds' in each) histograms.push(pointOf(each, histogramOf(each)))
    else numbers.push(pointOf(each, each.value))
  switch (type) {
    case 'histogram':
      return { ...common, dataPointType: HISTOGRAM, dataPoints: histograms }
    case 'counter':
      return { ...common, dataPointType: SUM, isMonotonic: true, dataPoints: numbers }
    case 'gauge':
      return { ...common, dataPointType: GAUGE, dataPoints: numbers }
  }
}

function histogramOf({
  bounds,
  counts,
  sum,
  count,
}: Extract<MetricSeries, { bounds: unknown }>): Histogram {
  const bounded = counts.reduce((total, each) => total + each, 0)
  return { buckets: { boundaries: [...bounds], counts: [...counts, count - bounded] }, sum, count }
}
