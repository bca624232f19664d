import type { ZipkinSpan } from '../zipkin-span.ts'
import { type MergedSpan, mergeSpans } from './merge-spans.ts'
import { serviceOf } from './span-facts.ts'

/** A span in its place. `startUs` may be shifted by clock-skew.ts; everything else is as reported. */
export interface TraceNode {
  readonly key: string
  readonly span: ZipkinSpan
  readonly service: string
  /** Epoch µs. A span without a timestamp stands at its parent's start. */
  startUs: number
  /** 0 when the span has no duration: it is unfinished or was reported in part. */
  readonly durationUs: number
  readonly hasTime: boolean
  /** µs added to the reported start because the two clocks disagree. */
  shiftedUs: number
  parent: TraceNode | undefined
  readonly children: TraceNode[]
  /** Set on a root whose parent was not reported, or whose ancestry runs in a circle. */
  orphan: { readonly parentId: string; readonly why: 'missing' | 'loop' } | undefined
}

/**
 * The spans of one trace as a forest. Nothing is dropped: a span whose parent is not there becomes
 * a root that says so.
 */
export function buildTree(spans: readonly ZipkinSpan[]): TraceNode[] {
  const nodes = mergeSpans(spans).map((merged) => ({ merged, node: createNode(merged) }))
  const byId = new Map<string, { base?: TraceNode; shared: TraceNode[] }>()
  for (const { merged, node } of nodes) {
    const entry = byId.get(node.span.id) ?? { shared: [] }
    if (merged.isSharedHalf) entry.shared.push(node)
    else entry.base ??= node
    byId.set(node.span.id, entry)
  }
  const roots: TraceNode[] = []
  for (const { merged, node } of nodes) {
    const parent = findParent(merged, node, byId)
    if (parent !== undefined) {
      node.parent = parent
      parent.children.push(node)
      continue
    }
    const parentId = node.span.parentId
    if (parentId !== undefined && parentId !== node.span.id)
      node.orphan = { parentId, why: 'missing' }
    roots.push(node)
  }
  breakLoops(
    nodes.map(({ node }) => node),
    roots,
  )
  placeTimeless(roots)
  sortByStart(roots)
  return roots
}

const createNode = ({ key, span }: MergedSpan): TraceNode => ({
  key,
  span,
  service: serviceOf(span),
  startUs: span.timestamp ?? 0,
  durationUs: span.duration ?? 0,
  hasTime: span.timestamp !== undefined,
  shiftedUs: 0,
  parent: undefined,
  children: [],
  orphan: undefined,
})

function findParent(
  merged: MergedSpan,
  node: TraceNode,
  byId: ReadonlyMap<string, { base?: TraceNode; shared: TraceNode[] }>,
): TraceNode | undefined {
  if (merged.isSharedHalf) {
    const base = byId.get(node.span.id)?.base
    if (base !== undefined) return base
  }
  const parentId = node.span.parentId
  if (parentId === undefined || parentId === node.span.id) return undefined
  const entry = byId.get(parentId)
  if (entry === undefined) return undefined
  // Of the two halves of a shared id, work inside the server belongs to the server.
  if (entry.base !== undefined && entry.base.service === node.service && entry.shared.length > 0) {
    const own = entry.shared.find((half) => half.service === node.service)
    return own ?? entry.base
  }
  return entry.shared.find((half) => half.service === node.service) ?? entry.shared[0] ?? entry.base
}

/** Nodes that no root reaches run in a circle; the earliest of each circle becomes a root. */
function breakLoops(nodes: readonly TraceNode[], roots: TraceNode[]): void {
  const reached = new Set<TraceNode>()
  for (const root of roots) for (const node of walk(root)) reached.add(node)
  if (reached.size === nodes.length) return
  const lost = nodes.filter((node) => !reached.has(node)).sort((a, b) => a.startUs - b.startUs)
  for (const node of lost) {
    if (reached.has(node) || !isInLoop(node)) continue
    const parent = node.parent
    if (parent === undefined) continue
    parent.children.splice(parent.children.indexOf(node), 1)
    node.parent = undefined
    node.orphan = { parentId: parent.span.id, why: 'loop' }
    roots.push(node)
    for (const below of walk(node)) reached.add(below)
  }
}

function isInLoop(start: TraceNode): boolean {
  const seen = new Set<TraceNode>()
  for (let at = start.parent; at !== undefined && !seen.has(at); at = at.parent) {
    if (at === start) return true
    seen.add(at)
  }
  return false
}

function placeTimeless(roots: readonly TraceNode[]): void {
  const firstUs = Math.min(
    ...roots.filter((root) => root.hasTime).map((root) => root.startUs),
    Number.MAX_SAFE_INTEGER,
  )
  const fallbackUs = firstUs === Number.MAX_SAFE_INTEGER ? 0 : firstUs
  for (const root of roots)
    for (const node of walk(root))
      if (!node.hasTime) node.startUs = node.parent?.startUs ?? fallbackUs
}

/** Children in the order they started; also run after clock-skew.ts has moved some. */
export function sortByStart(roots: TraceNode[]): void {
  const byStart = (a: TraceNode, b: TraceNode): number => a.startUs - b.startUs
  roots.sort(byStart)
  for (const root of roots) for (const node of walk(root)) node.children.sort(byStart)
}

/** Depth first, parents before children. Iterative: a trace may be 10 000 spans deep. */
export function* walk(root: TraceNode): Generator<TraceNode> {
  const stack = [root]
  for (;;) {
    const node = stack.pop()
    if (node === undefined) return
    yield node
    for (let i = node.children.length - 1; i >= 0; i--) {
      const child = node.children[i]
      if (child !== undefined) stack.push(child)
    }
  }
}
