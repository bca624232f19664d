import type { Trace } from '../../wire/trace/trace.ts'
import type { TraceNode } from '../../wire/trace/trace-tree.ts'

/** One line of the waterfall: a span, or the place of a parent that was not reported. */
export interface TraceRow {
  /** The node's key, or `missing:<span id>`. */
  readonly key: string
  readonly node: TraceNode | undefined
  /** Span id of the parent that is not there, when this row stands for it. */
  readonly missingId: string | undefined
  /** 0 for a root. */
  readonly depth: number
  /** For each level above this row's: whether a line runs on to a later sibling there. */
  readonly rails: readonly boolean[]
  readonly childCount: number
  readonly isFolded: boolean
  /** Spans that folding hides, all levels. */
  readonly hiddenCount: number
}

/** Deeper levels are not drawn apart: a chain of 10 000 spans would need 50 million entries. */
const MAX_RAILS = 40

interface Entry {
  readonly key: string
  readonly node: TraceNode | undefined
  readonly missingId: string | undefined
  readonly children: readonly TraceNode[]
}

/** The visible lines in order. Roots that miss the same parent stand together under one line for it. */
export function layoutRows(trace: Trace, folded: ReadonlySet<string>): TraceRow[] {
  const rows: TraceRow[] = []
  const stack: { entry: Entry; depth: number; rails: readonly boolean[]; isLast: boolean }[] = []
  const push = (entries: readonly Entry[], depth: number, rails: readonly boolean[]): void => {
    for (let i = entries.length - 1; i >= 0; i--) {
      const entry = entries[i]
      if (entry !== undefined) stack.push({ entry, depth, rails, isLast: i === entries.length - 1 })
    }
  }
  push(groupRoots(trace.roots), 0, [])
  for (;;) {
    const at = stack.pop()
    if (at === undefined) return rows
    const { entry, depth } = at
    const rails = depth === 0 || depth > MAX_RAILS ? at.rails : [...at.rails, !at.isLast]
    const isFolded = entry.children.length > 0 && folded.has(entry.key)
    rows.push({
      key: entry.key,
      node: entry.node,
      missingId: entry.missingId,
      depth,
      rails,
      childCount: entry.children.length,
      isFolded,
      hiddenCount: isFolded ? countBelow(entry.children) : 0,
    })
    if (!isFolded) push(entry.children.map(entryOf), depth + 1, rails)
  }
}

const entryOf = (node: TraceNode): Entry => ({
  key: node.key,
  node,
  missingId: undefined,
  children: node.children,
})

function groupRoots(roots: readonly TraceNode[]): Entry[] {
  const entries: Entry[] = []
  const groups = new Map<string, TraceNode[]>()
  for (const root of roots) {
    if (root.orphan?.why !== 'missing') {
      entries.push(entryOf(root))
      continue
    }
    const id = root.orphan.parentId
    const group = groups.get(id)
    if (group !== undefined) {
      group.push(root)
      continue
    }
    const children = [root]
    groups.set(id, children)
    entries.push({ key: `missing:${id}`, node: undefined, missingId: id, children })
  }
  return entries
}

function countBelow(children: readonly TraceNode[]): number {
  let count = 0
  const stack = [...children]
  for (;;) {
    const node = stack.pop()
    if (node === undefined) return count
    count++
    for (const child of node.children) stack.push(child)
  }
}

/** Keys of everything that can be folded. */
export const foldableKeys = (trace: Trace): string[] => [
  ...groupRoots(trace.roots).flatMap((entry) => (entry.missingId === undefined ? [] : [entry.key])),
  ...trace.nodes.flatMap((node) => (node.children.length > 0 ? [node.key] : [])),
]
