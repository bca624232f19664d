import { dropLabels, type Labels, labelValue, METRIC_NAME } from '../../wire/labels.ts'
import { derived } from './derived-labels.ts'
import { parseNumber } from './literals.ts'
import type { Sample, ScalarPlan, VectorPlan } from './plan.ts'
import { vectorPlan } from './plan.ts'

interface Bucket {
  /** Upper bound, inclusive. */
  readonly bound: number
  /** Observations up to it, those of the lower buckets among them. */
  count: number
}

const BUCKET_LABELS: ReadonlySet<string> = new Set(['le', METRIC_NAME])
/** Sums of rates differ by so much, relative, for no reason but arithmetic. */
const TOLERANCE = 1e-12

/** `histogram_quantile(0.99, …)` over classic buckets: one value for all buckets that differ in `le` only. */
export function planHistogramQuantile(rank: ScalarPlan, buckets: VectorPlan): VectorPlan {
  const read = derived((labels) => ({
    labels: dropLabels(labels, BUCKET_LABELS),
    bound: parseNumber(labelValue(labels, 'le')),
  }))
  return vectorPlan((timeMs) => {
    const histograms = new Map<string, { labels: Labels; buckets: Bucket[] }>()
    for (const { labels, value } of buckets.at(timeMs)) {
      const { labels: own, bound } = read(labels)
      if (bound === undefined) continue
      const histogram = histograms.get(own.key)
      if (histogram === undefined)
        histograms.set(own.key, { labels: own, buckets: [{ bound, count: value }] })
      else histogram.buckets.push({ bound, count: value })
    }
    const wanted = rank.at(timeMs)
    return Array.from(
      histograms.values(),
      ({ labels, buckets: own }): Sample => ({ labels, value: bucketQuantile(wanted, own) }),
    )
  })
}

/**
 * Within a bucket linearly; in the highest its lower end.
 * @see prometheus/promql/quantile.go BucketQuantile
 */
export function bucketQuantile(rank: number, unsorted: readonly Bucket[]): number {
  if (Number.isNaN(rank)) return Number.NaN
  if (rank < 0) return Number.NEGATIVE_INFINITY
  if (rank > 1) return Number.POSITIVE_INFINITY
  const buckets = monotonic(unsorted)
  const top = buckets[buckets.length - 1]
  if (top?.bound !== Number.POSITIVE_INFINITY || buckets.length < 2) return Number.NaN
  if (!(top.count > 0)) return Number.NaN
  const place = rank * top.count
  const index = buckets.findIndex(({ count }) => count >= place)
  const bucket = buckets[index] as Bucket
  const below = buckets[index - 1]
  if (bucket === top) return (below as Bucket).bound
  if (below === undefined && bucket.bound <= 0) return bucket.bound
  const start = below?.bound ?? 0
  const under = below?.count ?? 0
  return start + (bucket.bound - start) * ((place - under) / (bucket.count - under))
}

/** Ascending; buckets of one bound added up, and what scrapes at different times made fall held level. */
function monotonic(unsorted: readonly Bucket[]): Bucket[] {
  const buckets: Bucket[] = []
  for (const { bound, count } of [...unsorted].sort((a, b) => a.bound - b.bound)) {
    const before = buckets[buckets.length - 1]
    if (before?.bound === bound) before.count += count
    else buckets.push({ bound, count })
  }
  let highest = Number.NEGATIVE_INFINITY
  for (const bucket of buckets) {
    if (bucket.count < highest || isNear(bucket.count, highest)) bucket.count = highest
    else highest = bucket.count
  }
  return buckets
}

const isNear = (a: number, b: number): boolean =>
  Math.abs(a - b) < TOLERANCE * (Math.abs(a) + Math.abs(b))
