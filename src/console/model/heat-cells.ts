import type { BoardWindow, Series } from './series.ts'

/** Observations between two bounds in one step, as a share of the fullest cell. */
export interface HeatCell {
  readonly atMs: number
  /** Row from below. */
  readonly row: number
  /** 0 to 1. */
  readonly share: number
  readonly perSecond: number
}

export interface Heat {
  /** Upper bounds of the rows, from below; those beyond which nothing ever was are left out. */
  readonly bounds: readonly number[]
  readonly cells: readonly HeatCell[]
}

/** Buckets count what is below them: a row is the difference of two. */
export function heatCells(series: readonly Series[], { fromMs }: BoardWindow): Heat {
  const rows = series
    .map(({ labels, points }) => ({
      bound: labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le),
      byTime: new Map(points.map(({ atMs, value }) => [atMs, value])),
    }))
    .sort((a, b) => a.bound - b.bound)
  const cells: { atMs: number; row: number; perSecond: number }[] = []
  for (const [row, { byTime }] of rows.entries())
    for (const [atMs, value] of byTime) {
      const perSecond = value - (rows[row - 1]?.byTime.get(atMs) ?? 0)
      // Rates of two buckets may differ in their last digit.
      if (perSecond > 1e-9 && atMs >= fromMs) cells.push({ atMs, row, perSecond })
    }
  const fullest = Math.max(0, ...cells.map(({ perSecond }) => perSecond))
  const top = Math.max(-1, ...cells.map(({ row }) => row))
  return {
    bounds: rows.slice(0, top + 1).map(({ bound }) => bound),
    cells: cells.map((cell) => ({ ...cell, share: cell.perSecond / fullest })),
  }
}
