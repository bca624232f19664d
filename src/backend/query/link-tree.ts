import type { ZipkinEndpoint } from '../../wire/zipkin-span.ts'
import type { LinkSpan } from './link-span.ts'
import { mergeLinkSpans } from './merge-link-spans.ts'

export interface LinkNode {
  /** Absent for the node that stands in for a root nobody has sent. */
  readonly span: LinkSpan | undefined
  parent: LinkNode | undefined
  readonly children: LinkNode[]
}

/**
 * The tree of one trace. Spans are found by id, and by id and place where a server shares its client's id.
 * The first span without parent is the root; whatever has no place hangs below it.
 *
 * @see zipkin `SpanNode.Builder`
 */
export function buildLinkTree(spans: readonly LinkSpan[]): LinkNode {
  const clean = mergeLinkSpans(spans)
  const parents = new Map<string, string | undefined>()
  for (const span of clean)
    parents.set(keyOf(span.id, span.shared, span.local), span.shared ? span.id : span.parentId)

  const nodes = new Map<string, LinkNode>()
  let root: LinkNode | undefined
  for (const span of clean) {
    const key = keyOf(span.id, span.shared, span.local)
    const bareKey = keyOf(span.id, span.shared, undefined)
    const node: LinkNode = { span, parent: undefined, children: [] }
    if (!span.shared && span.parentId !== undefined) {
      // A local span inside a shared server span hangs below that, not below the client.
      const sharedParent = keyOf(span.parentId, true, span.local)
      if (parents.has(sharedParent)) parents.set(bareKey, sharedParent)
    }
    if (!span.shared && span.parentId === undefined && root === undefined) {
      root = node
      parents.delete(bareKey)
      continue
    }
    if (span.shared) nodes.set(key, node)
    nodes.set(bareKey, node)
  }
  root ??= { span: undefined, parent: undefined, children: [] }
  for (const [key, parentKey] of parents) {
    const node = nodes.get(key)
    if (node === undefined) continue
    const parent = (parentKey === undefined ? undefined : nodes.get(parentKey)) ?? root
    if (parent === node) continue
    parent.children.push(node)
    node.parent = parent
  }
  return root
}

/** Breadth first. A stand-in root is left out. */
export function* walkLinkTree(root: LinkNode): Generator<LinkNode> {
  const queue = root.span === undefined ? [...root.children] : [root]
  const seen = new Set<LinkNode>(queue)
  for (const node of queue) {
    yield node
    for (const child of node.children) {
      if (seen.has(child)) continue
      seen.add(child)
      queue.push(child)
    }
  }
}

const keyOf = (id: string, shared: boolean, place: ZipkinEndpoint | undefined): string => {
  if (!shared) return id
  if (place === undefined) return `${id} shared`
  const { serviceName = '', ipv4 = '', ipv6 = '', port = 0 } = place
  return `${id} shared ${JSON.stringify([serviceName, ipv4, ipv6, port])}`
}
