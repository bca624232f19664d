import { isError } from '../../wire/trace/span-facts.ts'
import type { Trace } from '../../wire/trace/trace.ts'
import type { TraceNode } from '../../wire/trace/trace-tree.ts'

/** What a trace opens at: the failed span that no failed span lies under, where the trouble began; else the root. */
export function pickFirstSpan(trace: Trace): TraceNode {
  const origin = trace.errors.find((node) => !node.children.some((child) => isError(child.span)))
  return origin ?? trace.main
}

/**
 * The key after (or before) `current` among `keys`, in the trace's order, round the end.
 * `undefined` when there are none.
 */
export function stepThrough(
  trace: Trace,
  keys: readonly string[],
  current: string,
  step: 1 | -1,
): string | undefined {
  const order = new Map(trace.nodes.map((node, i) => [node.key, i]))
  const here = order.get(current) ?? -1
  const at = (key: string): number => order.get(key) ?? 0
  return step === 1
    ? (keys.find((key) => at(key) > here) ?? keys[0])
    : (keys.findLast((key) => at(key) < here) ?? keys[keys.length - 1])
}

/** Keys of the lines above a span, its missing parent's included: what must be unfolded to see it. */
export function linesAbove(node: TraceNode): string[] {
  const keys: string[] = []
  let at = node
  while (at.parent !== undefined) {
    at = at.parent
    keys.push(at.key)
  }
  if (at.orphan?.why === 'missing') keys.push(`missing:${at.orphan.parentId}`)
  return keys
}
