export const ROW_HEIGHT = 26
/** Up to here all rows are in the page, so that the browser's own find works. */
const VIRTUAL_FROM = 500
const OVERSCAN = 12
/** The drawn range moves in steps, so that most scroll events draw nothing. */
const STEP = 8

/** The rows to draw for a scroll position, as a half-open range of indices. */
export function visibleRows(
  count: number,
  scrollTop: number,
  height: number,
): { readonly first: number; readonly end: number } {
  if (count <= VIRTUAL_FROM) return { first: 0, end: count }
  const top = Math.floor(scrollTop / ROW_HEIGHT / STEP) * STEP
  const first = Math.max(0, top - OVERSCAN)
  const end = Math.min(count, top + STEP + Math.ceil(height / ROW_HEIGHT) + OVERSCAN)
  return { first: Math.min(first, Math.max(0, count - 1)), end }
}

/** The scroll position nearest to the present one at which a row can be seen, below a head of `headHeight`. */
export function scrollToRow(
  index: number,
  scrollTop: number,
  height: number,
  headHeight: number,
): number {
  const top = index * ROW_HEIGHT
  const room = height - headHeight
  if (top < scrollTop) return Math.max(0, top - ROW_HEIGHT)
  if (top + ROW_HEIGHT > scrollTop + room) return top + 2 * ROW_HEIGHT - room
  return scrollTop
}
