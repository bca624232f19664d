import type { Board, Panel, Query } from '../model.ts'

/** What follows from the kind and the unit of a panel, for whoever draws it. */
export const withDefaults = (board: Board): Board => ({
  ...board,
  rows: board.rows.map(({ title, panels }) => ({
    title,
    panels: panels.map((panel) => withTop(withExemplars(panel))),
  })),
})

/**
 * Exemplars where they can be drawn: in heat maps, and among percentiles, once a panel, since all of its percentiles
 * have the same. Not where buckets make a share: its axis is another than theirs.
 */
function withExemplars(panel: Panel): Panel {
  const marked = panel.queries.find(({ expr }) => HAS_EXEMPLARS[panel.kind]?.test(expr))
  if (marked === undefined) return panel
  const queries = panel.queries.map(
    (query): Query => (query === marked ? { ...query, exemplars: true } : query),
  )
  return { ...panel, queries }
}

const HAS_EXEMPLARS: Readonly<Partial<Record<Panel['kind'], RegExp>>> = {
  lines: /^histogram_quantile\(/,
  heatmap: /_bucket/,
}

/** One failure of a quiet hour is no mountain: a share is seen beside what would be bad, or all. */
const withTop = (panel: Panel): Panel =>
  panel.kind === 'lines' && panel.unit === 'ratio'
    ? { ...panel, top: panel.thresholds?.bad ?? 1 }
    : panel
