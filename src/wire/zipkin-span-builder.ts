import { parseIp } from './zipkin-ip.ts'
import type { ZipkinAnnotation, ZipkinEndpoint, ZipkinKind, ZipkinSpan } from './zipkin-span.ts'

/** The fields of a span as they come in, before Zipkin's rules for a whole span. Keys in write order. */
export interface SpanDraft {
  traceId: string
  parentId: string | undefined
  id: string
  kind: ZipkinKind | undefined
  name: string | undefined
  timestamp: number | undefined
  duration: number | undefined
  localEndpoint: ZipkinEndpoint | undefined
  remoteEndpoint: ZipkinEndpoint | undefined
  annotations: ZipkinAnnotation[]
  /** Absent when there is none. The order of keys does not matter. */
  tags: Readonly<Record<string, string>> | undefined
  debug: boolean
  shared: boolean
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Applies what Zipkin repairs in a whole span: lower case names, no value at or below zero, no parent that
 * is the span itself, no `shared` on a client, annotations sorted and unique.
 */
export function buildZipkinSpan(draft: SpanDraft): ZipkinSpan {
  const span: Writable<ZipkinSpan> =
    draft.parentId === undefined || draft.parentId === draft.id
      ? { traceId: draft.traceId, id: draft.id }
      : { traceId: draft.traceId, parentId: draft.parentId, id: draft.id }
  if (draft.kind !== undefined) span.kind = draft.kind
  if (draft.name !== undefined && draft.name !== '') span.name = draft.name.toLowerCase()
  if (draft.timestamp !== undefined && draft.timestamp > 0) span.timestamp = draft.timestamp
  if (draft.duration !== undefined && draft.duration > 0) span.duration = draft.duration
  if (draft.localEndpoint !== undefined) span.localEndpoint = draft.localEndpoint
  if (draft.remoteEndpoint !== undefined) span.remoteEndpoint = draft.remoteEndpoint
  if (draft.annotations.length > 0) span.annotations = sortAnnotations(draft.annotations)
  if (draft.tags !== undefined) span.tags = draft.tags
  if (draft.debug) span.debug = true
  if (draft.shared && draft.kind !== 'CLIENT') span.shared = true
  return span
}

/** One `ipv4` or `ipv6` field; which of the two it is in does not matter. */
export interface EndpointDraft {
  serviceName: string | undefined
  ipv4: string | undefined
  ipv6: string | undefined
  port: number | undefined
}

export function readIp(draft: EndpointDraft, text: string): void {
  const ip = parseIp(text)
  if (ip === undefined) return
  if ('ipv4' in ip) draft.ipv4 = ip.ipv4
  else draft.ipv6 = ip.ipv6
}

/** @returns `undefined` when nothing is left: an empty endpoint is no endpoint */
export function buildEndpoint(draft: EndpointDraft): ZipkinEndpoint | undefined {
  const endpoint: Writable<ZipkinEndpoint> = {}
  let isEmpty = true
  if (draft.serviceName !== undefined && draft.serviceName !== '') {
    endpoint.serviceName = draft.serviceName.toLowerCase()
    isEmpty = false
  }
  if (draft.ipv4 !== undefined) {
    endpoint.ipv4 = draft.ipv4
    isEmpty = false
  }
  if (draft.ipv6 !== undefined) {
    endpoint.ipv6 = draft.ipv6
    isEmpty = false
  }
  if (draft.port !== undefined && draft.port > 0) {
    endpoint.port = draft.port
    isEmpty = false
  }
  return isEmpty ? undefined : endpoint
}

const byTimeThenValue = (a: ZipkinAnnotation, b: ZipkinAnnotation): number =>
  a.timestamp - b.timestamp || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0)

function sortAnnotations(annotations: ZipkinAnnotation[]): ZipkinAnnotation[] {
  if (annotations.length < 2) return annotations
  const sorted = annotations.sort(byTimeThenValue)
  return sorted.filter((one, index) => {
    const before = sorted[index - 1]
    return before === undefined || byTimeThenValue(before, one) !== 0
  })
}
