import type { TraceNode } from '../../wire/trace/trace-tree.ts'

/** µs of a span in which none of its children ran: its duration less the union of theirs. */
export function selfTimeUs(node: TraceNode): number {
  const endUs = node.startUs + node.durationUs
  let coveredUs = 0
  let reachedUs = node.startUs
  for (const child of [...node.children].sort((a, b) => a.startUs - b.startUs)) {
    const fromUs = Math.max(child.startUs, reachedUs)
    const toUs = Math.min(child.startUs + child.durationUs, endUs)
    if (toUs <= fromUs) continue
    coveredUs += toUs - fromUs
    reachedUs = toUs
  }
  return node.durationUs - coveredUs
}
