import { count } from '../../base/figures.ts'
import { formatDuration } from '../../base/short-duration.ts'
import { type Flow, formatCalls, type Hop, keyOf, nameOf, type RootHop } from './flow.ts'
import type { SeenFlow, SeenHop, SeenRoot } from './learn-flow.ts'

export const DIFFERENCE_KINDS = [
  'not_run',
  'missing_hop',
  'new_hop',
  'n_plus_1',
  'extra_error',
  'broken_context',
  'over_budget',
] as const
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number]

/** One way in which a run is not what was recorded. */
export interface Difference {
  readonly kind: DifferenceKind
  /** One sentence. */
  readonly message: string
  /** Where to look. */
  readonly traceId?: string
}

/** A hop of either side, in its place. */
export interface ComparedHop {
  /** From the root to it, each as `service: operation`. */
  readonly path: readonly string[]
  readonly side: 'both' | 'recorded' | 'seen'
  readonly differences: readonly Difference[]
}

/** @returns every hop of both, depth first */
export function compareFlows(recorded: Flow, seen: SeenFlow): readonly ComparedHop[] {
  const moved = parentsOf(recorded.roots)
  return paired(recorded.roots, seen.roots).flatMap(([was, is]) => [
    ...compareHop(was, is, [], rootDifferences(was, is, moved)),
  ])
}

/** For each hop below a root: the hops that it is below. */
function parentsOf(hops: readonly Hop[]): ReadonlyMap<string, string> {
  const parents = new Map<string, string>()
  const visit = (hop: Hop): void => {
    for (const each of hop.below) {
      parents.set(keyOf(each), nameOf(hop))
      visit(each)
    }
  }
  hops.forEach(visit)
  return parents
}

/** Recorded ones in their order, new ones behind them. */
function paired<R extends Hop, S extends Hop>(
  recorded: readonly R[],
  seen: readonly S[],
): readonly [R | undefined, S | undefined][] {
  const left = new Map(seen.map((hop) => [keyOf(hop), hop]))
  const pairs = recorded.map((was): [R, S | undefined] => {
    const is = left.get(keyOf(was))
    left.delete(keyOf(was))
    return [was, is]
  })
  return [...pairs, ...[...left.values()].map((is): [undefined, S] => [undefined, is])]
}

function rootDifferences(
  was: RootHop | undefined,
  is: SeenRoot | undefined,
  moved: ReadonlyMap<string, string>,
): readonly Difference[] {
  if (is === undefined) return [{ kind: 'not_run', message: 'nothing of the run began with this' }]
  const traceId = is.examples.any
  if (was === undefined) {
    const parent = moved.get(keyOf(is))
    const times = count(is.spans, 'time')
    return parent === undefined
      ? [{ kind: 'new_hop', message: `${times} a trace began with this`, traceId }]
      : [
          {
            kind: 'broken_context',
            message: `begins a trace of its own ${times}; recorded below ${parent}`,
            traceId,
          },
        ]
  }
  const differences: Difference[] = []
  if (is.isOrphan && !was.isOrphan)
    differences.push({
      kind: 'broken_context',
      message: 'its parent span is in no trace',
      traceId,
    })
  if (was.budgetUs !== undefined && is.p95Us > was.budgetUs)
    differences.push({
      kind: 'over_budget',
      message: `95 of 100 took up to ${formatDuration(is.p95Us)}, over the budget of ${formatDuration(was.budgetUs)}`,
      traceId: is.slowest,
    })
  return [...differences, ...errors(was, is)]
}

function* compareHop(
  was: Hop | undefined,
  is: SeenHop | undefined,
  above: readonly string[],
  differences: readonly Difference[],
): Generator<ComparedHop> {
  const hop = was ?? is
  if (hop === undefined) return
  const path = [...above, nameOf(hop)]
  const side = was === undefined ? 'seen' : is === undefined ? 'recorded' : 'both'
  yield { path, side, differences }
  // What lies below a hop that is new, or missing, is so with it: said once.
  for (const [wasBelow, isBelow] of paired(was?.below ?? [], is?.below ?? []))
    yield* compareHop(
      wasBelow,
      isBelow,
      path,
      side === 'both' ? hopDifferences(wasBelow, isBelow, is) : [],
    )
}

function hopDifferences(
  was: Hop | undefined,
  is: SeenHop | undefined,
  parent: SeenHop | undefined,
): readonly Difference[] {
  const parents = parent?.spans ?? 0
  if (was === undefined)
    return is === undefined
      ? []
      : [
          {
            kind: 'new_hop',
            message: `not recorded; in ${parents - is.parentsWithout} of ${parents}`,
            traceId: is.examples.any,
          },
        ]
  if (is === undefined)
    return was.calls.least === 0
      ? []
      : [missing(`missing in ${parents} of ${parents}`, parent?.examples.any)]
  const differences: Difference[] = []
  if (is.calls.least < was.calls.least)
    differences.push(
      is.parentsWithout > 0
        ? missing(`missing in ${is.parentsWithout} of ${is.parents}`, is.examples.without)
        : missing(
            `${is.calls.least} for one span above, recorded ${formatCalls(was.calls)}`,
            is.examples.any,
          ),
    )
  if (is.calls.most > was.calls.most)
    differences.push({
      kind: 'n_plus_1',
      message: `${is.calls.most} for one span above, recorded ${formatCalls(was.calls)}`,
      traceId: is.examples.most,
    })
  return [...differences, ...errors(was, is)]
}

const missing = (message: string, traceId: string | undefined): Difference => ({
  kind: 'missing_hop',
  message,
  ...(traceId === undefined ? {} : { traceId }),
})

function errors(was: Hop, { failed, spans, failure, examples }: SeenHop): readonly Difference[] {
  if (was.fails || failed === 0) return []
  return [
    {
      kind: 'extra_error',
      message: `${failed} of ${spans} failed, recorded none: ${failure ?? ''}`,
      ...(examples.failed === undefined ? {} : { traceId: examples.failed }),
    },
  ]
}
