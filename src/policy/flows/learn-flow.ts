import { spanLabel } from '../../telemetry/index.ts'
import { errorMessageOf, isError } from '../../wire/trace/span-facts.ts'
import type { Trace } from '../../wire/trace/trace.ts'
import type { TraceNode } from '../../wire/trace/trace-tree.ts'
import { type Flow, type Hop, keyOf, type RootHop } from './flow.ts'

/** A hop as it was seen, with a trace to look at for each of its traits. */
export interface SeenHop extends Hop {
  readonly below: readonly SeenHop[]
  /** Spans of it. */
  readonly spans: number
  /** Spans of the hop above, and how many of them have none of these below. */
  readonly parents: number
  readonly parentsWithout: number
  readonly failed: number
  readonly failure: string | undefined
  readonly examples: {
    readonly any: string
    readonly most: string
    readonly failed: string | undefined
    /** A span above has none of these below. */
    readonly without: string | undefined
  }
}

export interface SeenRoot extends SeenHop, Omit<RootHop, 'below'> {
  readonly below: readonly SeenHop[]
  /** 95 of 100 are not slower. */
  readonly p95Us: number
  readonly slowest: string
}

export interface SeenFlow extends Flow {
  readonly roots: readonly SeenRoot[]
}

/** What lies deeper is not looked at: a trace may be thousands of spans deep, and a file of YAML may not. */
const MAX_DEPTH = 25

/** @param headroom the budget as a multiple of what was seen */
export function learnFlow(traces: readonly Trace[], headroom: number | undefined): SeenFlow {
  const roots = groupByKey(traces.flatMap((trace) => trace.roots))
  return {
    traces: traces.length,
    roots: roots.map((nodes) => toRoot(nodes, headroom)),
  }
}

function toRoot(nodes: readonly TraceNode[], headroom: number | undefined): SeenRoot {
  const bySlowness = [...nodes].sort((a, b) => a.durationUs - b.durationUs)
  const p95 = bySlowness[Math.ceil(bySlowness.length * 0.95) - 1]
  const p95Us = p95?.durationUs ?? 0
  return {
    ...toHop(nodes, [], 1),
    calls: { least: 1, most: 1 },
    isOrphan: nodes.some(({ orphan }) => orphan !== undefined),
    budgetUs: headroom === undefined || p95Us === 0 ? undefined : roundUp(p95Us * headroom),
    p95Us,
    slowest: traceOf(bySlowness.at(-1)),
  }
}

/** @param parents spans of the hop above, with and without these below */
function toHop(nodes: readonly TraceNode[], parents: readonly TraceNode[], depth: number): SeenHop {
  const [first] = nodes
  const counts = new Map<TraceNode, number>(parents.map((parent) => [parent, 0]))
  for (const { parent } of nodes)
    if (parent !== undefined) counts.set(parent, (counts.get(parent) ?? 0) + 1)
  const sorted = [...counts].sort(([, a], [, b]) => a - b)
  const without = sorted.filter(([, count]) => count === 0)
  const failed = nodes.filter(({ span }) => isError(span))
  const children = depth < MAX_DEPTH ? groupByKey(nodes.flatMap((node) => node.children)) : []
  return {
    ...facts(first as TraceNode),
    calls: { least: sorted[0]?.[1] ?? 1, most: sorted.at(-1)?.[1] ?? 1 },
    fails: failed.length > 0,
    below: children.map((same) => toHop(same, nodes, depth + 1)),
    spans: nodes.length,
    parents: parents.length,
    parentsWithout: without.length,
    failed: failed.length,
    failure: failed[0] && errorMessageOf(failed[0].span),
    examples: {
      any: traceOf(first),
      most: traceOf(sorted.at(-1)?.[0] ?? first),
      failed: failed[0] && traceOf(failed[0]),
      without: without[0] && traceOf(without[0][0]),
    },
  }
}

const facts = ({ service, span: { kind, name = '' } }: TraceNode) => ({
  service,
  kind: kind ?? '',
  operation: spanLabel(name),
})

const traceOf = (node: TraceNode | undefined): string => node?.span.traceId ?? ''

/** In the order in which they began. */
function groupByKey(nodes: readonly TraceNode[]): TraceNode[][] {
  const groups = new Map<string, TraceNode[]>()
  for (const node of [...nodes].sort((a, b) => a.startUs - b.startUs)) {
    const key = keyOf(facts(node))
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [node])
    else group.push(node)
  }
  return [...groups.values()]
}

/** To two digits: nobody measures a budget to the microsecond. */
function roundUp(us: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(us)) - 1)
  return Math.ceil(us / unit) * unit
}
