import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  Scalar,
  YAMLMap,
  YAMLSeq,
} from 'yaml'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { parseResourceDocuments } from '../yaml-source.ts'
import { keepLines, parseDocuments, printDocuments } from '../yaml-text.ts'

export interface OverrideEdit {
  readonly name: string
  /** As in the file: globs by field. Empty matches everything. */
  readonly match: Readonly<Record<string, string>>
  /** 0 to 1. */
  readonly rate: number
  /** Epoch milliseconds, of which whole seconds are written. */
  readonly untilMs: number
}

export interface OverridesChange {
  /** One of the same name is replaced where it stands; new ones come first, since the first match decides. */
  readonly put: readonly OverrideEdit[]
  /** Told of each override that is there: whether it goes. `untilMs` is NaN for what is no time. */
  readonly drop: (name: string, untilMs: number) => boolean
}

export interface EditedOverrides {
  readonly text: string
  readonly dropped: readonly string[]
  readonly replaced: readonly string[]
  /** The file had no `tracing`, or none of `sampling`: it has now, which changes more than the overrides. */
  readonly added: readonly ('tracing' | 'sampling')[]
  /** The block that an edit had added is gone again. */
  readonly isBlockRemoved: boolean
}

/** By this a later edit knows a block that it may take away again. */
const MARK = ' added by sidelight tune'

/**
 * Edits `spec.tracing.sampling.overrides` of a Configuration file. Comments and order stay.
 * Nothing else is changed, and whether the result is valid is not asked here.
 *
 * @returns why the text cannot be edited: it is no YAML, holds no Configuration, or the place belongs to an alias
 */
export function editOverrides(
  text: string,
  file: string,
  change: OverridesChange,
): Result<EditedOverrides, Problem[]> {
  const { problems, documents: read } = parseResourceDocuments(text, file)
  if (problems.length > 0) return err([...problems])
  const problem = (path: string, code: string, message: string) =>
    err([{ path, file, code, message }])
  if (!read.some(({ kind }) => kind === 'Configuration'))
    return problem(
      'kind',
      'NO_CONFIGURATION',
      'the file holds no resource of `kind: Configuration`',
    )

  const documents = parseDocuments(text)
  const before = printDocuments(documents, text)
  const document = chooseDocument(documents)
  const added: EditedOverrides['added'][number][] = []
  const path: string[] = []
  let map = document?.contents as YAMLMap
  for (const key of ['spec', 'tracing', 'sampling'] as const) {
    path.push(key)
    const at = pairOf(map, key)
    const value = at?.value
    if (isMap(value)) {
      map = value
      continue
    }
    if (isAlias(value) || (at === undefined && pairOf(map, '<<') !== undefined))
      return problem(path.join('.'), 'EDIT_ALIAS', ALIAS)
    if (change.put.length === 0) return ok(unchanged(text))
    const next = new YAMLMap()
    if (at === undefined)
      map.add({ key: keyNode(key, key !== 'spec' && added.length === 0), value: next })
    else at.value = next
    if (key !== 'spec') added.push(key)
    map = next
  }
  const at = pairOf(map, 'overrides')
  if (isAlias(at?.value) || (at === undefined && pairOf(map, '<<') !== undefined))
    return problem('spec.tracing.sampling.overrides', 'EDIT_ALIAS', ALIAS)
  const list = isSeq(at?.value) ? at.value : new YAMLSeq()
  const { dropped, replaced } = editList(list, change)
  if (dropped.length === 0 && change.put.length === 0) return ok(unchanged(text))

  let isBlockRemoved = false
  if (list.items.length > 0) {
    if (at === undefined) {
      if (map.items.length === 0) map.flow = false
      map.add({ key: keyNode('overrides', false), value: list })
    } else at.value = list
  } else if (at !== undefined) {
    map.items.splice(map.items.indexOf(at), 1)
    isBlockRemoved = map.items.length === 0 && document !== undefined && removeBlock(document)
    if (map.items.length === 0) map.flow = true
  }
  let after: string
  try {
    after = printDocuments(documents, text)
  } catch {
    // What went was an anchor, and something else refers to it.
    return problem('spec.tracing.sampling.overrides', 'EDIT_ALIAS', ALIAS)
  }
  const edited = keepLines(text, before, after)
  return ok({ text: edited, dropped, replaced, added, isBlockRemoved })
}

const ALIAS =
  'this comes from an anchor of another place, which an edit would change, too: write it out here first'

const unchanged = (text: string): EditedOverrides => ({
  text,
  dropped: [],
  replaced: [],
  added: [],
  isBlockRemoved: false,
})

/** Of several Configurations in a file, the last that has a field decides it. */
function chooseDocument(documents: readonly Document[]): Document | undefined {
  const configurations = documents.filter(
    ({ contents }) => isMap(contents) && contents.get('kind') === 'Configuration',
  )
  for (const depth of [4, 3, 2]) {
    const path = ['spec', 'tracing', 'sampling', 'overrides'].slice(0, depth)
    const found = configurations.findLast(({ contents }) => {
      let value: unknown = contents
      for (const key of path) value = isMap(value) ? pairOf(value, key)?.value : undefined
      return value !== undefined && value !== null
    })
    if (found !== undefined) return found
  }
  return configurations.at(-1)
}

type Entry = Pair<unknown, unknown>

const pairOf = (map: YAMLMap, key: string): Entry | undefined =>
  (map.items as Entry[]).find(({ key: each }) => keyText(each) === key)

/** The library takes a symbol for `<<`. */
function keyText(key: unknown): string {
  const text = isScalar(key) ? key.value : key
  return typeof text === 'symbol' ? (text.description ?? '') : String(text)
}

function keyNode(text: string, isMarked: boolean): Scalar {
  const key = new Scalar(text)
  if (isMarked) key.commentBefore = MARK
  return key
}

const textOf = (map: YAMLMap, key: string): string | undefined => {
  const value = pairOf(map, key)?.value
  return isScalar(value) ? String(value.value) : undefined
}

function editList(
  list: YAMLSeq,
  { put, drop }: OverridesChange,
): Pick<EditedOverrides, 'dropped' | 'replaced'> {
  const dropped: string[] = []
  const replaced: string[] = []
  const kept: unknown[] = []
  for (const item of list.items) {
    const name = isMap(item) ? textOf(item, 'name') : undefined
    const edit = put.find((each) => each.name === name)
    if (name !== undefined && edit !== undefined) {
      replaced.push(name)
      kept.push(withComments(toNode(edit), item as YAMLMap))
    } else if (name !== undefined && drop(name, Date.parse(textOf(item as YAMLMap, 'until') ?? '')))
      dropped.push(name)
    else kept.push(item)
  }
  const fresh = put.filter(({ name }) => !replaced.includes(name)).map(toNode)
  list.items = [...fresh, ...kept]
  return { dropped, replaced }
}

function withComments(node: YAMLMap, { commentBefore, comment, spaceBefore }: YAMLMap): YAMLMap {
  if (commentBefore != null) node.commentBefore = commentBefore
  if (comment != null) node.comment = comment
  if (spaceBefore) node.spaceBefore = true
  return node
}

/** One line an override, as people write them. */
function toNode({ name, match, rate, untilMs }: OverrideEdit): YAMLMap {
  const node = new YAMLMap()
  node.flow = true
  node.set('name', name)
  if (Object.keys(match).length > 0) {
    const matchNode = new YAMLMap()
    matchNode.flow = true
    for (const [field, glob] of Object.entries(match)) matchNode.set(field, quoted(glob))
    node.set('match', matchNode)
  }
  node.set('rate', quoted(String(rate)))
  node.set('until', formatTime(untilMs))
  return node
}

/** Globs begin with `*` and `/`, which mean something to YAML in places; rates are texts in Dapr. */
const quoted = (text: string): Scalar => {
  const scalar = new Scalar(text)
  scalar.type = Scalar.QUOTE_DOUBLE
  return scalar
}

/** Whole seconds, UTC, as `2026-12-01T10:00:00Z`. */
const formatTime = (ms: number): string =>
  new Date(Math.floor(ms / 1_000) * 1_000).toISOString().replace('.000Z', 'Z')

/** Takes an empty block away again, and the `tracing` around it, if an edit had added them. */
function removeBlock({ contents }: Document): boolean {
  const spec = pairOf(contents as YAMLMap, 'spec')?.value as YAMLMap
  const tracing = pairOf(spec, 'tracing')?.value as YAMLMap
  if (removeMarked(tracing, 'sampling')) return true
  return tracing.items.length === 1 && removeMarked(spec, 'tracing')
}

function removeMarked(map: YAMLMap, name: string): boolean {
  const at = pairOf(map, name) as Entry
  // The comment before a map's first key is the map's own.
  const comment = (isScalar(at.key) ? at.key.commentBefore : undefined) ?? map.commentBefore
  if (comment?.trim() !== MARK.trim()) return false
  map.items.splice((map.items as Entry[]).indexOf(at), 1)
  if (map.items.length === 0) map.commentBefore = null
  return true
}
