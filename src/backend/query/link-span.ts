import type { ZipkinEndpoint, ZipkinKind, ZipkinSpan } from '../../wire/zipkin-span.ts'

/** What the dependency linker needs of a span, and a store keeps of each: a few words instead of all tags. */
export interface LinkSpan {
  readonly id: string
  readonly parentId: string | undefined
  readonly kind: ZipkinKind | undefined
  readonly shared: boolean
  readonly local: ZipkinEndpoint | undefined
  readonly remoteServiceName: string | undefined
  /** A tag `error` exists; an annotation of that name does not count. */
  readonly isError: boolean
}

export const toLinkSpan = (span: ZipkinSpan): LinkSpan => ({
  id: span.id,
  parentId: span.parentId,
  kind: span.kind,
  shared: span.shared === true,
  local: span.localEndpoint,
  remoteServiceName: span.remoteEndpoint?.serviceName,
  isError: span.tags !== undefined && Object.hasOwn(span.tags, 'error'),
})
