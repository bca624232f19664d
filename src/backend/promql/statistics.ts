/** A stretch of a list: what aggregations fold is a whole one, what range functions fold a window of one. */
export interface Stretch {
  readonly values: ArrayLike<number>
  /** First index. */
  readonly from: number
  /** Behind the last index. */
  readonly to: number
}

/** Sums without losing what is small beside what is large (Neumaier), as Prometheus 3 does. */
export function sum({ values, from, to }: Stretch): number {
  let total = 0
  let lost = 0
  for (let i = from; i < to; i++) {
    const value = values[i] as number
    const next = total + value
    if (Number.isFinite(next))
      lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total
    else lost = 0
    total = next
  }
  return total + lost
}

export function mean(stretch: Stretch): number {
  const { values, from, to } = stretch
  const count = to - from
  const total = sum(stretch)
  if (Number.isFinite(total)) return total / count
  // The sum alone may be too large, where the mean is not.
  let average = 0
  for (let i = from; i < to; i++) average += (values[i] as number) / count
  return average
}

/** A value that is not a number gives way to any other. */
export const least = (stretch: Stretch): number =>
  choose(stretch, (value, best) => value < best || Number.isNaN(best))

export const greatest = (stretch: Stretch): number =>
  choose(stretch, (value, best) => value > best || Number.isNaN(best))

function choose(
  { values, from, to }: Stretch,
  isBetter: (value: number, best: number) => boolean,
): number {
  let best = values[from] as number
  for (let i = from + 1; i < to; i++)
    if (isBetter(values[i] as number, best)) best = values[i] as number
  return best
}

/** Of the whole population (Welford). */
export function variance({ values, from, to }: Stretch): number {
  let average = 0
  let squares = 0
  for (let i = from; i < to; i++) {
    const value = values[i] as number
    const delta = value - average
    average += delta / (i - from + 1)
    squares += delta * (value - average)
  }
  return squares / (to - from)
}

/** Between two ranks linearly. Below 0 and above 1 infinite. */
export function quantile(rank: number, { values, from, to }: Stretch): number {
  if (from === to || Number.isNaN(rank)) return Number.NaN
  if (rank < 0) return Number.NEGATIVE_INFINITY
  if (rank > 1) return Number.POSITIVE_INFINITY
  // What is not a number sorts first.
  const sorted = Array.from({ length: to - from }, (_, i) => values[from + i] as number).sort(
    compareNumbers,
  )
  const place = rank * (sorted.length - 1)
  const lower = Math.floor(place)
  const upper = Math.min(sorted.length - 1, lower + 1)
  const weight = place - lower
  return (sorted[lower] as number) * (1 - weight) + (sorted[upper] as number) * weight
}

/** Ascending, what is not a number first. */
export const compareNumbers = (a: number, b: number): number => {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1
  if (Number.isNaN(b)) return 1
  return a < b ? -1 : a > b ? 1 : 0
}
