import type { BudgetFigures } from '../../wire/what-if.ts'
import type { NextPolicy } from './next-policy.ts'
import type { SidecarView } from './sidecar-view.ts'
import type { WeighedTrace } from './weigh-trace.ts'

/** How many of a weighed trace's like are kept, and by what. */
export interface Spent {
  readonly trace: WeighedTrace
  /** By its rule, within the budgets. */
  head: number
  /** What the budgets leave of the head's figure, 0 to 1. */
  share: number
  floor: number
  keep: number
}

const MINUTE_S = 60

/**
 * Lays the budgets over the head decisions, minute by minute, each as large as its app has sidecars. Bursts
 * within a minute cost more than this says; what the floor and `keep` add is at most what there is.
 */
export function spendBudgets(
  traces: readonly WeighedTrace[],
  next: NextPolicy,
  { replicas, registered }: Pick<SidecarView, 'replicas' | 'registered'>,
): { readonly spent: readonly Spent[]; readonly budgets: readonly BudgetFigures[] } {
  const spent = traces.map(
    (trace): Spent => ({ trace, head: trace.head, share: 1, floor: 0, keep: 0 }),
  )
  const sidecars = Math.max(1, registered)
  const budgets: BudgetFigures[] = []
  const note = (
    budget: string,
    perSidecar: number,
    per: BudgetFigures['per'],
    refused: number,
  ): void => {
    budgets.push({ budget, perSidecar, per, sidecars, total: perSidecar * sidecars, refused })
  }

  const { rules } = next
  for (const list of ['overrides', 'rules'] as const)
    for (const { name, perSecond } of rules?.[list] ?? []) {
      if (perSecond === undefined) continue
      const mine = spent.filter(({ trace }) => trace.rule === name)
      note(`${list}.${name}.perSecond`, perSecond, 'second', capEach(mine, perSecond, replicas))
    }
  const started = spent.filter(({ trace }) => !PAID_ELSEWHERE.has(trace.rule))
  if (rules?.limitPerSecond !== undefined) {
    const refused = limitFairly(started, rules.limitPerSecond, replicas)
    note('limit.perSecond', rules.limitPerSecond, 'second', refused)
  }
  if (rules?.floorPerMinute !== undefined) {
    addFloor(started, rules.floorPerMinute, replicas)
    note('floor.perOperationPerMinute', rules.floorPerMinute, 'minute', 0)
  }
  if (next.keep !== undefined)
    note(
      'keep.perSecond',
      next.keep.perSecond,
      'second',
      addKept(spent, next.keep.perSecond, replicas),
    )
  if (rules?.force !== undefined) {
    const { perMinute } = rules.force
    const mine = spent.filter(({ trace }) => trace.rule === 'force')
    note('force.perMinute', perMinute, 'minute', capEach(mine, perMinute / MINUTE_S, replicas))
  }
  return { spent, budgets }
}

/** `limit` caps neither of them. */
const PAID_ELSEWHERE: ReadonlySet<string> = new Set(['parent', 'force'])

type Replicas = (app: string) => number

const groupBy = <T>(items: readonly T[], keyOf: (item: T) => string): T[][] => {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return [...groups.values()]
}

const byAppAndMinute = ({ trace }: Spent): string => `${trace.app}\0${trace.minute}`
const sumOf = (group: readonly Spent[], figure: (spent: Spent) => number): number =>
  group.reduce((sum, each) => sum + figure(each), 0)
const appOf = ([first]: readonly Spent[]): string => first?.trace.app ?? ''

const scale = (group: readonly Spent[], share: number): void => {
  for (const each of group) {
    each.share *= share
    each.head *= share
  }
}

function capEach(spent: readonly Spent[], perSecond: number, replicas: Replicas): number {
  let refused = 0
  for (const group of groupBy(spent, byAppAndMinute)) {
    const wanted = sumOf(group, ({ head }) => head)
    const room = perSecond * MINUTE_S * replicas(appOf(group))
    if (wanted <= room) continue
    refused += wanted - room
    scale(group, room / wanted)
  }
  return refused
}

/** Max-min fair over operations, as the sidecar's own limit. */
function limitFairly(spent: readonly Spent[], perSecond: number, replicas: Replicas): number {
  let refused = 0
  for (const group of groupBy(spent, byAppAndMinute)) {
    let room = perSecond * MINUTE_S * replicas(appOf(group))
    const operations = groupBy(group, ({ trace }) => trace.operation)
      .map((members) => ({ members, wanted: sumOf(members, ({ head }) => head) }))
      .sort((a, b) => a.wanted - b.wanted)
    for (const [i, { members, wanted }] of operations.entries()) {
      const part = Math.min(wanted, room / (operations.length - i))
      room -= part
      if (part >= wanted) continue
      refused += wanted - part
      scale(members, part / wanted)
    }
  }
  return refused
}

function addFloor(spent: readonly Spent[], perMinute: number, replicas: Replicas): void {
  // A rule that says 0 means never.
  const open = spent.filter(({ trace }) => trace.rate > 0 || trace.rule === 'rate')
  for (const group of groupBy(open, (each) => `${byAppAndMinute(each)}\0${each.trace.operation}`)) {
    const arrivals = sumOf(group, ({ trace }) => trace.weight)
    const kept = sumOf(group, ({ head }) => head)
    const missing = Math.min(arrivals, perMinute * replicas(appOf(group))) - kept
    if (missing <= 0) continue
    for (const each of group) each.floor = (missing * each.trace.weight) / arrivals
  }
}

function addKept(spent: readonly Spent[], perSecond: number, replicas: Replicas): number {
  const worth = spent.filter(({ trace }) => trace.keeper !== undefined)
  let refused = 0
  for (const group of groupBy(worth, ({ trace }) => `${trace.keeper}\0${trace.minute}`)) {
    for (const each of group) each.keep = Math.max(0, each.trace.weight - each.head - each.floor)
    const wanted = sumOf(group, ({ keep }) => keep)
    const room = perSecond * MINUTE_S * replicas(group[0]?.trace.keeper ?? '')
    if (wanted <= room) continue
    refused += wanted - room
    for (const each of group) each.keep *= room / wanted
  }
  return refused
}
