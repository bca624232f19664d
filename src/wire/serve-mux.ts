import { err, ok, type Result } from '../base/result.ts'

/**
 * Path patterns of Go's `http.ServeMux`: `{name}` stands for one segment, `{name...}` for the rest, a slash at the end
 * for everything below, `{$}` for that slash alone. The more specific pattern wins. Where Go would redirect to
 * a path with a slash at its end, the next best pattern matches: nobody follows here.
 *
 * @see https://pkg.go.dev/net/http#hdr-Patterns-ServeMux
 * @see go `src/net/http/pattern.go`, `src/net/http/routing_tree.go` at go1.23
 */
export interface MuxPattern {
  /** With a leading slash, for example `/orders/{id}`. */
  readonly text: string
  readonly segments: readonly Segment[]
}

/** A literal; a slash is what stands behind the last one of a path that ends in it. */
type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'one' | 'rest' }

const ONE: Segment = { kind: 'one' }
const REST: Segment = { kind: 'rest' }
const SLASH: Segment = { kind: 'literal', text: '/' }

/** @returns or what is wrong with it, in one sentence */
export function parseMuxPattern(text: string): Result<MuxPattern, string> {
  if (!text.startsWith('/')) return err('a pattern begins with a slash')
  const parts = text.slice(1).split('/')
  const names = new Set<string>()
  const segments: Segment[] = []
  for (const [i, part] of parts.entries()) {
    const isLast = i === parts.length - 1
    if (!part.includes('{')) {
      if (part === '' && isLast) segments.push(REST)
      else segments.push({ kind: 'literal', text: decoded(part) })
      continue
    }
    if (part === '{$}' && isLast) {
      segments.push(SLASH)
      continue
    }
    const [, name, dots] = /^\{([\p{L}_][\p{L}\p{Nd}_]*)(\.\.\.)?\}$/u.exec(part) ?? []
    if (name === undefined || (dots !== undefined && !isLast))
      return err('a wildcard is a whole segment: {name}, or {name...} at the end')
    if (names.has(name)) return err(`{${name}} stands for two segments: call one of them otherwise`)
    names.add(name)
    segments.push(dots === undefined ? ONE : REST)
  }
  return ok({ text, segments })
}

type Relation = 'same' | 'wider' | 'narrower' | 'overlap' | 'apart'

/** Whether no order tells which of two patterns is meant: both match some path, and neither is the more specific. */
export function haveConflict(a: MuxPattern, b: MuxPattern): boolean {
  const relation = relate(a.segments, b.segments)
  return relation === 'same' || relation === 'overlap'
}

function relate(a: readonly Segment[], b: readonly Segment[]): Relation {
  let relation: Relation = 'same'
  const common = Math.min(a.length, b.length)
  for (let i = 0; i < common; i++) {
    relation = combine(relation, relateSegments(a[i] as Segment, b[i] as Segment))
    if (relation === 'apart') return 'apart'
  }
  if (a.length === b.length) return relation
  // Else the shorter one matches what the longer one has more only by its rest.
  const shorter = a.length < b.length ? a : b
  if (shorter.at(-1)?.kind !== 'rest') return 'apart'
  return combine(relation, shorter === a ? 'wider' : 'narrower')
}

function relateSegments(a: Segment, b: Segment): Relation {
  if (a.kind === 'literal' && b.kind === 'literal') return a.text === b.text ? 'same' : 'apart'
  if (a.kind === b.kind) return 'same'
  if (a.kind === 'rest') return 'wider'
  if (b.kind === 'rest') return 'narrower'
  // One segment is never the slash at the end.
  if (a === SLASH || b === SLASH) return 'apart'
  return a.kind === 'one' ? 'wider' : 'narrower'
}

function combine(so: Relation, next: Relation): Relation {
  if (so === 'same' || next === 'apart') return next
  if (so === 'apart' || so === 'overlap' || next === 'same') return so
  return so === next ? so : 'overlap'
}

interface Node {
  readonly literals: Map<string, Node>
  one: Node | undefined
  rest: string | undefined
  end: string | undefined
}

const createNode = (): Node => ({
  literals: new Map(),
  one: undefined,
  rest: undefined,
  end: undefined,
})

/** @returns finds the text of the pattern that matches a path best; `patterns` have no conflicts */
export function createMux(patterns: readonly MuxPattern[]): (path: string) => string | undefined {
  const root = createNode()
  for (const { text, segments } of patterns) {
    let node = root
    for (const segment of segments) {
      if (segment.kind === 'rest') node.rest = text
      else node = childOf(node, segment)
    }
    if (segments.at(-1)?.kind !== 'rest') node.end = text
  }
  return (path) => (path.startsWith('/') ? find(root, path.slice(1).split('/'), 0) : undefined)
}

function childOf(node: Node, segment: Segment): Node {
  if (segment.kind !== 'literal') {
    node.one ??= createNode()
    return node.one
  }
  const child = node.literals.get(segment.text) ?? createNode()
  node.literals.set(segment.text, child)
  return child
}

/** A literal before one segment before the rest, each with all that follows. */
function find(node: Node, parts: readonly string[], index: number): string | undefined {
  const part = parts[index]
  if (part === undefined) return node.end
  const isSlash = part === '' && index === parts.length - 1
  const literal = node.literals.get(isSlash ? '/' : decoded(part))
  const exact = literal && find(literal, parts, index + 1)
  if (exact !== undefined) return exact
  const single = isSlash || node.one === undefined ? undefined : find(node.one, parts, index + 1)
  return single ?? node.rest
}

function decoded(part: string): string {
  if (!part.includes('%')) return part
  try {
    return decodeURIComponent(part)
  } catch {
    // Compared as it stands, as in Go.
    return part
  }
}
