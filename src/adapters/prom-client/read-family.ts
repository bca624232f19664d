import type { Metric } from 'prom-client'
import type { Exemplar, MetricFamily, MetricSeries } from '../../wire/metric-family.ts'

/** What prom-client 15 records in. Its own `get()` copies each bucket of each series in one go, while requests wait. */
interface Recorded {
  readonly name: string
  readonly help: string
  readonly type: MetricFamily['type']
  readonly upperBounds?: readonly number[]
  readonly hashMap: Readonly<Record<string, RecordedSeries>>
}
interface RecordedSeries {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  /** By bound, a histogram's. */
  readonly bucketValues?: Readonly<Record<number, number>>
  readonly sum: number
  readonly count: number
}

/** By the index of the bucket; a counter has the first only. */
export type SeriesExemplars = readonly (Exemplar | undefined)[]

/**
 * @param startUs when it began to count
 * @param bounds as they are shown, where they are not those that prom-client was given
 * @param exemplarsOf by the labels that the series was made with, the object itself
 */
export function familyOf(
  metric: Metric<string>,
  startUs: number,
  bounds: readonly number[] = (metric as unknown as Recorded).upperBounds ?? [],
  exemplarsOf: (labels: object) => SeriesExemplars | undefined = () => undefined,
): MetricFamily {
  const recorded = metric as unknown as Recorded
  const { name, help, type, upperBounds = [] } = recorded
  const seriesOf = ({ labels, value, bucketValues, sum, count }: RecordedSeries): MetricSeries => {
    const exemplars = exemplarsOf(labels)
    if (bucketValues === undefined) return { labels, value, exemplar: exemplars?.[0] }
    const counts = upperBounds.map((bound) => bucketValues[bound] ?? 0)
    return { labels, bounds, counts, sum, count, exemplars }
  }
  const series = {
    *[Symbol.iterator]() {
      for (const each of Object.values(recorded.hashMap)) yield seriesOf(each)
    },
  }
  return { name, help, type, startUs, series }
}
