import type { LinkSpan } from './link-span.ts'
import { buildLinkTree, type LinkNode, walkLinkTree } from './link-tree.ts'

/** @see https://zipkin.io/zipkin-api/ `DependencyLink` */
export interface DependencyLink {
  readonly parent: string
  readonly child: string
  readonly callCount: number
  readonly errorCount?: number
}

/** Called for each call that a trace shows. */
export type OnLink = (parent: string, child: string, isError: boolean) => void

/**
 * Finds who called whom in one trace, each call once although two sides may have recorded it.
 *
 * @see zipkin `DependencyLinker.putTrace`
 */
export function linkTrace(spans: readonly LinkSpan[], onLink: OnLink): void {
  if (spans.length === 0) return
  const root = buildLinkTree(spans)
  // Parents come first, so each node asks its parent only: a deep chain stays cheap.
  const ancestors = new Map<LinkNode, LinkSpan | undefined>()
  for (const node of walkLinkTree(root)) {
    const { parent } = node
    const ancestor =
      parent?.span?.kind === undefined ? parent && ancestors.get(parent) : parent.span
    ancestors.set(node, ancestor)
    linkNode(node, root, ancestor, onLink)
  }
}

/** @param ancestor the nearest span above that has a kind */
function linkNode(
  node: LinkNode,
  root: LinkNode,
  ancestor: LinkSpan | undefined,
  onLink: OnLink,
): void {
  const { span } = node
  // The server's name is the better one, so a client with a child leaves the link to it.
  if (span === undefined || (span.kind === 'CLIENT' && node.children.length > 0)) return
  const local = span.local?.serviceName
  const remote = span.remoteServiceName
  const kind = span.kind ?? (local !== undefined && remote !== undefined ? 'CLIENT' : undefined)
  if (kind === undefined) return
  const isCallee = kind === 'SERVER' || kind === 'CONSUMER'
  if (isCallee && node === root && remote === undefined) return
  let parent = isCallee ? remote : local
  const child = isCallee ? local : remote

  if (kind === 'PRODUCER' || kind === 'CONSUMER') {
    if (parent !== undefined && child !== undefined) onLink(parent, child, span.isError)
    return
  }
  let { isError } = span
  const ancestorName = ancestor?.local?.serviceName
  if (ancestor !== undefined && ancestorName !== undefined) {
    // Some put the callee's name on the client span; the hop to that client would be missing.
    if (kind === 'CLIENT' && local !== undefined && ancestorName !== local)
      onLink(ancestorName, local, false)
    if (kind === 'SERVER' || parent === undefined) parent = ancestorName
    if (!isError && ancestor.kind === 'CLIENT' && span.parentId === ancestor.id)
      isError = ancestor.isError
  }
  if (parent !== undefined && child !== undefined) onLink(parent, child, isError)
}

/** Sums links of many traces. */
export class LinkSum {
  readonly #children = new Map<string, Map<string, { calls: number; errors: number }>>()

  add(parent: string, child: string, calls: number, errors: number): void {
    let children = this.#children.get(parent)
    if (children === undefined) {
      children = new Map()
      this.#children.set(parent, children)
    }
    const link = children.get(child)
    if (link === undefined) children.set(child, { calls, errors })
    else {
      link.calls += calls
      link.errors += errors
    }
  }

  links(): DependencyLink[] {
    const links: DependencyLink[] = []
    for (const [parent, children] of this.#children)
      for (const [child, { calls, errors }] of children)
        links.push(
          errors === 0
            ? { parent, child, callCount: calls }
            : { parent, child, callCount: calls, errorCount: errors },
        )
    return links
  }
}
