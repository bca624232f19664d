import type { ZipkinSpan } from '../zipkin-span.ts'
import { adjustClockSkew } from './clock-skew.ts'
import { isError } from './span-facts.ts'
import { buildTree, type TraceNode, walk } from './trace-tree.ts'

export interface ServiceCount {
  readonly service: string
  readonly spans: number
}

/** One trace, ready to be shown. */
export interface Trace {
  readonly traceId: string
  readonly roots: readonly TraceNode[]
  /** Depth first, parents before children. */
  readonly nodes: readonly TraceNode[]
  readonly byKey: ReadonlyMap<string, TraceNode>
  /** The span the trace is named after: the first true root, else the earliest span. */
  readonly main: TraceNode
  /** Epoch µs of the first start, after clock skew is taken out. 0 when no span has a timestamp. */
  readonly startUs: number
  readonly durationUs: number
  /** Most spans first. */
  readonly services: readonly ServiceCount[]
  /** Levels; 1 when there are only roots. */
  readonly depth: number
  /** Failed spans, depth first. */
  readonly errors: readonly TraceNode[]
  /** Largest clock shift that was applied, µs. */
  readonly skewUs: number
}

/** @returns `undefined` for an empty list: a trace without spans is no trace. */
export function readTrace(spans: readonly ZipkinSpan[]): Trace | undefined {
  const roots = buildTree(spans)
  const skewUs = adjustClockSkew(roots)
  const nodes: TraceNode[] = []
  for (const root of roots) nodes.push(...walk(root))
  const main = roots.find((root) => root.orphan === undefined) ?? roots[0]
  if (main === undefined) return undefined
  const { startUs, endUs } = findWindow(nodes)
  return {
    traceId: main.span.traceId,
    roots,
    nodes,
    byKey: new Map(nodes.map((node) => [node.key, node])),
    main,
    startUs,
    durationUs: endUs - startUs,
    services: countServices(nodes),
    depth: findDepth(nodes),
    errors: nodes.filter((node) => isError(node.span)),
    skewUs,
  }
}

function findWindow(nodes: readonly TraceNode[]): { startUs: number; endUs: number } {
  let startUs = Number.POSITIVE_INFINITY
  let endUs = 0
  for (const node of nodes) {
    if (!node.hasTime) continue
    startUs = Math.min(startUs, node.startUs)
    endUs = Math.max(endUs, node.startUs + node.durationUs)
  }
  return Number.isFinite(startUs) ? { startUs, endUs } : { startUs: 0, endUs: 0 }
}

function countServices(nodes: readonly TraceNode[]): ServiceCount[] {
  const counts = new Map<string, number>()
  for (const { service } of nodes) counts.set(service, (counts.get(service) ?? 0) + 1)
  return [...counts]
    .map(([service, spans]) => ({ service, spans }))
    .sort((a, b) => b.spans - a.spans || a.service.localeCompare(b.service))
}

function findDepth(nodes: readonly TraceNode[]): number {
  const depths = new Map<TraceNode, number>()
  let deepest = 0
  for (const node of nodes) {
    const depth = (node.parent === undefined ? 0 : (depths.get(node.parent) ?? 0)) + 1
    depths.set(node, depth)
    deepest = Math.max(deepest, depth)
  }
  return deepest
}
