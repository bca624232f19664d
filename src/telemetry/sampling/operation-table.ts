import { createLimitShare, type LimitShare } from './fair-limit.ts'
import { matchesGlob } from './glob.ts'
import { createOperation, OPERATION_FIELDS, type Operation } from './operation.ts'
import type { RatedDecision } from './paced-rate.ts'
import type { SamplingRule } from './policy.ts'
import { createTokenBucket, type TokenBucket } from './token-bucket.ts'

/** A rule at work, shared by all operations that it matches. */
export interface ActiveRule {
  readonly rule: Pick<SamplingRule, 'name' | 'header' | 'untilUs' | 'untraced'>
  readonly match: SamplingRule['match']
  /** It decides about what a caller has left, too. */
  readonly isOverride: boolean
  /** The rate for one more request. @param nowMs monotonic */
  rated(nowMs: number): RatedDecision
  current(): RatedDecision
  /** Behind `perSecond`. */
  readonly bucket: TokenBucket | undefined
}

/** What is known of an operation: the rules are matched once, not once a request. */
export interface OperationState {
  readonly operation: Readonly<Operation>
  /** Those that match, in order; all but the last ask for a header or end by themselves. */
  readonly candidates: readonly ActiveRule[]
  readonly floor: TokenBucket | undefined
  readonly share: LimitShare
  /** The last rate that the limit has lowered. */
  limited:
    | { readonly from: RatedDecision; readonly pass: number; readonly to: RatedDecision }
    | undefined
  sampled: number
  unsampled: number
}

export interface OperationTable {
  /** The state of an operation; made when it is seen first. `operation` is not kept. */
  find(operation: Operation): OperationState
  /** Every operation that was seen lately. */
  list(): readonly OperationState[]
}

const MINUTE_MS = 60_000
/** Twice as many are held at most: memory stays bounded whatever paths scanners ask for. */
export const MAX_OPERATIONS = 1_000

type Level = Map<string, Level | OperationState>

/**
 * Operations by their fields, as maps in maps: no key is put together for a request. When the table is full
 * it becomes the old one; what is still asked for moves over, the rest is forgotten with the old one.
 *
 * @param rules in the order of decision; the last one matches everything
 */
export function createOperationTable(
  rules: readonly ActiveRule[],
  floorPerMinute: number | undefined,
): OperationTable {
  const fields = OPERATION_FIELDS.filter(
    (field) => ALWAYS.has(field) || rules.some(({ match }) => match[field] !== undefined),
  )
  const lastField = fields[fields.length - 1] as keyof Operation
  let young: Level = new Map()
  let old: Level = new Map()
  let states: OperationState[] = []
  let oldStates: OperationState[] = []

  const create = (operation: Operation): OperationState => ({
    // Fields that tell nothing apart would show whoever came first.
    operation: { ...createOperation(), ...pick(operation, fields) },
    candidates: candidatesOf(rules, operation),
    floor: floorPerMinute === undefined ? undefined : createTokenBucket(floorPerMinute, MINUTE_MS),
    share: createLimitShare(),
    limited: undefined,
    sampled: 0,
    unsampled: 0,
  })
  const add = (operation: Operation): OperationState => {
    if (states.length >= MAX_OPERATIONS) {
      old = young
      oldStates = states
      young = new Map()
      states = []
    }
    const state = (old.size === 0 ? undefined : walk(old, fields, operation)) ?? create(operation)
    states.push(state)
    let level = young
    for (const field of fields.slice(0, -1)) {
      let next = level.get(operation[field]) as Level | undefined
      if (next === undefined) {
        next = new Map()
        level.set(operation[field], next)
      }
      level = next
    }
    level.set(operation[lastField], state)
    return state
  }
  return {
    find: (operation) => walk(young, fields, operation) ?? add(operation),
    list: () => [...new Set([...states, ...oldStates])],
  }
}

/** What makes an operation one of its own, also where no rule asks for it. */
const ALWAYS: ReadonlySet<keyof Operation> = new Set(['path', 'target', 'method', 'api'])

function walk(
  root: Level,
  fields: readonly (keyof Operation)[],
  operation: Operation,
): OperationState | undefined {
  let at: Level | OperationState = root
  for (const field of fields) {
    const next: Level | OperationState | undefined = (at as Level).get(operation[field])
    if (next === undefined) return undefined
    at = next
  }
  return at as OperationState
}

const pick = (operation: Operation, fields: readonly (keyof Operation)[]): Partial<Operation> =>
  Object.fromEntries(fields.map((field) => [field, operation[field]]))

function candidatesOf(rules: readonly ActiveRule[], operation: Operation): ActiveRule[] {
  const candidates: ActiveRule[] = []
  for (const each of rules) {
    if (!matches(each.match, operation)) continue
    candidates.push(each)
    if (each.rule.header === undefined && each.rule.untilUs === undefined) break
  }
  return candidates
}

const matches = (match: SamplingRule['match'], operation: Operation): boolean =>
  OPERATION_FIELDS.every((field) => {
    const glob = match[field]
    return glob === undefined || matchesGlob(glob, operation[field])
  })
