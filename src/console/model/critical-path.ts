import { type TraceNode, walk } from '../../wire/trace/trace-tree.ts'

/** A stretch of time in which the end of the trace hung on one span's own work. */
export interface Segment {
  readonly startUs: number
  readonly endUs: number
}

/**
 * The chain of spans that determines when the trace ends. Walks back from the end: of the children
 * that had finished by then, the last to finish is what the parent waited for; time no child
 * accounts for is the span's own. Work that outlives its parent (a consumer) is followed too.
 *
 * @returns per node key, its stretches in order of time. A span absent here could be faster without
 * the trace ending sooner.
 */
export function findCriticalPath(roots: readonly TraceNode[]): ReadonlyMap<string, Segment[]> {
  const path = new Map<string, Segment[]>()
  const endOf = subtreeEnds(roots)
  const last = roots.reduce<TraceNode | undefined>(
    (best, root) =>
      best === undefined || (endOf.get(root) ?? 0) > (endOf.get(best) ?? 0) ? root : best,
    undefined,
  )
  if (last === undefined) return path
  const stack: { node: TraceNode; untilUs: number }[] = [
    { node: last, untilUs: endOf.get(last) ?? 0 },
  ]
  for (;;) {
    const at = stack.pop()
    if (at === undefined) return path
    const { node } = at
    const children = node.children
      .map((child) => ({ child, endUs: endOf.get(child) ?? 0 }))
      .sort((a, b) => b.endUs - a.endUs || a.child.startUs - b.child.startUs)
    let cursorUs = at.untilUs
    const segments: Segment[] = []
    for (const { child, endUs } of children) {
      if (endUs > cursorUs || child.startUs < node.startUs || endUs <= child.startUs) continue
      addSegment(segments, node, endUs, cursorUs)
      stack.push({ node: child, untilUs: endUs })
      cursorUs = child.startUs
    }
    addSegment(segments, node, node.startUs, cursorUs)
    path.set(node.key, segments.reverse())
  }
}

/** Only the part inside the span's own time is its own. */
function addSegment(segments: Segment[], node: TraceNode, fromUs: number, toUs: number): void {
  const startUs = Math.max(fromUs, node.startUs)
  const endUs = Math.min(toUs, node.startUs + node.durationUs)
  if (endUs > startUs) segments.push({ startUs, endUs })
}

function subtreeEnds(roots: readonly TraceNode[]): Map<TraceNode, number> {
  const ends = new Map<TraceNode, number>()
  for (const root of roots) {
    const order = [...walk(root)]
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i]
      if (node === undefined) continue
      let endUs = node.startUs + node.durationUs
      for (const child of node.children) endUs = Math.max(endUs, ends.get(child) ?? 0)
      ends.set(node, endUs)
    }
  }
  return ends
}
