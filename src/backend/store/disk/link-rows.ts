import { ZIPKIN_KINDS } from '../../../wire/zipkin-span.ts'
import { FLAGS } from './span-rows.ts'

/** The spans of one trace as the linker needs them, each number at a place below `count`. */
export interface LinkRows {
  count: number
  readonly idHigh: Int32Array
  readonly idLow: Int32Array
  readonly parentHigh: Int32Array
  readonly parentLow: Int32Array
  readonly service: Int32Array
  readonly remote: Int32Array
  readonly flags: Int32Array
}

/** Longer traces are linked from their spans. */
export const MAX_LINK_ROWS = 64

export const createLinkRows = (): LinkRows => {
  const column = (): Int32Array => new Int32Array(MAX_LINK_ROWS)
  return {
    count: 0,
    idHigh: column(),
    idLow: column(),
    parentHigh: column(),
    parentLow: column(),
    service: column(),
    remote: column(),
    flags: column(),
  }
}

const [CLIENT, SERVER, PRODUCER, CONSUMER] = ZIPKIN_KINDS.map((_, place) => place + 1) as [
  number,
  number,
  number,
  number,
]
const NONE = -1
/** A root that nobody has sent. */
const STAND_IN = -2

/**
 * What `linkTrace` finds, for a trace in which each id comes once and nothing is shared: then no spans have
 * to be joined, and the tree is what the parent ids say.
 *
 * @param onLink told of services by number
 * @returns false, and nothing told, for any other trace
 */
export function linkRows(
  rows: LinkRows,
  onLink: (parent: number, child: number, isError: boolean) => void,
): boolean {
  const { count, parentHigh, parentLow, flags } = rows
  for (let i = 0; i < count; i++)
    if (((flags[i] as number) & FLAGS.shared) !== 0 || placeOf(rows, i, i + 1) !== NONE)
      return false
  const root = rootOf(rows)
  const parents = new Int8Array(count)
  const hasChild = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    let parent = NONE
    if (i === root) parent = NONE
    else if (parentHigh[i] === 0 && parentLow[i] === 0) parent = root
    else {
      parent = parentOf(rows, i)
      if (parent === NONE) parent = root
    }
    parents[i] = parent
    if (parent >= 0) hasChild[parent] = 1
  }
  for (let i = 0; i < count; i++) {
    const ancestor = ancestorOf(rows, parents, i, root)
    if (ancestor !== NONE) linkRow(rows, i, i === root, hasChild[i] === 1, ancestor, onLink)
  }
  return true
}

/** The span of the smallest id among those without parent. */
function rootOf({ count, idHigh, idLow, parentHigh, parentLow }: LinkRows): number {
  let root = STAND_IN
  for (let i = 0; i < count; i++) {
    if (parentHigh[i] !== 0 || parentLow[i] !== 0) continue
    const high = (idHigh[i] as number) >>> 0
    if (root !== STAND_IN) {
      const rootHigh = (idHigh[root] as number) >>> 0
      if (high > rootHigh) continue
      if (high === rootHigh && (idLow[i] as number) >>> 0 > (idLow[root] as number) >>> 0) continue
    }
    root = i
  }
  return root
}

/** Another place from `from` on with the id of place `i`. */
function placeOf({ count, idHigh, idLow }: LinkRows, i: number, from: number): number {
  for (let at = from; at < count; at++)
    if (idLow[at] === idLow[i] && idHigh[at] === idHigh[i]) return at
  return NONE
}

function parentOf({ count, idHigh, idLow, parentHigh, parentLow }: LinkRows, i: number): number {
  for (let at = 0; at < count; at++)
    if (idLow[at] === parentLow[i] && idHigh[at] === parentHigh[i]) return at
  return NONE
}

/**
 * The nearest span above that has a kind, {@link STAND_IN} where there is none, or {@link NONE} for a span
 * that does not hang below the root: its parents go round in a circle.
 */
function ancestorOf(
  { count, flags }: LinkRows,
  parents: Int8Array,
  i: number,
  root: number,
): number {
  let ancestor = STAND_IN
  let at = i
  for (let steps = 0; steps <= count; steps++) {
    if (at === root) return ancestor
    at = parents[at] as number
    if (at === STAND_IN) return ancestor
    if (ancestor === STAND_IN && ((flags[at] as number) & FLAGS.kind) !== 0) ancestor = at
  }
  return NONE
}

/** As `linkNode` in `query/dependency-linker.ts`, which says why. */
function linkRow(
  { service, remote: remotes, flags, idHigh, idLow, parentHigh, parentLow }: LinkRows,
  i: number,
  isRoot: boolean,
  hasChild: boolean,
  ancestor: number,
  onLink: (parent: number, child: number, isError: boolean) => void,
): void {
  const local = service[i] as number
  const remote = remotes[i] as number
  const own = (flags[i] as number) & FLAGS.kind
  if (own === CLIENT && hasChild) return
  const kind = own === 0 && local !== 0 && remote !== 0 ? CLIENT : own
  if (kind === 0) return
  const isCallee = kind === SERVER || kind === CONSUMER
  if (isCallee && isRoot && remote === 0) return
  let parent = isCallee ? remote : local
  const child = isCallee ? local : remote
  let isError = ((flags[i] as number) & FLAGS.error) !== 0
  const ancestorName = ancestor === STAND_IN ? 0 : (service[ancestor] as number)
  if (kind !== PRODUCER && kind !== CONSUMER && ancestorName !== 0) {
    if (kind === CLIENT && local !== 0 && ancestorName !== local) onLink(ancestorName, local, false)
    if (kind === SERVER || parent === 0) parent = ancestorName
    if (
      !isError &&
      ((flags[ancestor] as number) & FLAGS.kind) === CLIENT &&
      idLow[ancestor] === parentLow[i] &&
      idHigh[ancestor] === parentHigh[i]
    )
      isError = ((flags[ancestor] as number) & FLAGS.error) !== 0
  }
  if (parent !== 0 && child !== 0) onLink(parent, child, isError)
}
