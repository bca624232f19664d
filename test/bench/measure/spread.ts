export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  return {
    min: sorted[0] ?? Number.NaN,
    median:
      ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) +
        (sorted[sorted.length >> 1] ?? Number.NaN)) /
      2,
    max: sorted.at(-1) ?? Number.NaN,
  }
}

/** Of sorted values; nearest rank. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const rank = Math.max(1, Math.ceil(q * sorted.length))
  return sorted[rank - 1] ?? Number.NaN
}

/** `98 (95–104)`: the median and how far rounds lay apart. */
export function formatSpread({ min, median, max }: Spread, digits = 0): string {
  if (Number.isNaN(median)) return '–'
  const text = (value: number): string => value.toFixed(digits)
  return `${text(median)} (${text(min)}–${text(max)})`
}

/** Ratios are taken within a round, then spread: a slow minute of the machine hits both sides. */
export function ratios(over: readonly number[], under: readonly number[]): Spread {
  return spreadOf(over.flatMap((value, i) => (under[i] === undefined ? [] : [value / under[i]])))
}
