/** A fold of numbers that come one by one, at all instants beside one another. */
export interface RunningFold {
  add(index: number, value: number): void
  at(index: number): number
}

/**
 * Aggregations that need not see a whole group at once, by name; made for a number of instants. Each gives what the one
 * of the same name in `aggregations.ts` gives.
 */
export const runningFolds: Readonly<Record<string, (instants: number) => RunningFold>> = {
  sum(instants) {
    const totals = new Float64Array(instants)
    const losses = new Float64Array(instants)
    return {
      // Neumaier, as in statistics.ts.
      add(index, value) {
        const total = totals[index] as number
        const next = total + value
        if (!Number.isFinite(next)) losses[index] = 0
        else
          losses[index] =
            (losses[index] as number) +
            (Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total)
        totals[index] = next
      },
      at: (index) => (totals[index] as number) + (losses[index] as number),
    }
  },
  min: (instants) => best(instants, (value, so) => value < so),
  max: (instants) => best(instants, (value, so) => value > so),
  count(instants) {
    const counts = new Float64Array(instants)
    return {
      add(index) {
        counts[index] = (counts[index] as number) + 1
      },
      at: (index) => counts[index] as number,
    }
  },
  group: () => ({ add: () => undefined, at: () => 1 }),
}

/** A value that is not a number gives way to any other. */
function best(instants: number, isBetter: (value: number, so: number) => boolean): RunningFold {
  const chosen = new Float64Array(instants).fill(Number.NaN)
  return {
    add(index, value) {
      const so = chosen[index] as number
      if (Number.isNaN(so) || isBetter(value, so)) chosen[index] = value
    },
    at: (index) => chosen[index] as number,
  }
}
