import type { ZipkinEndpoint } from '../../wire/zipkin-span.ts'
import type { LinkSpan } from './link-span.ts'

/**
 * Joins the parts of spans that were sent in pieces, and tells the client half from the server half where
 * both use one id. The clean list is ordered by id, client first.
 *
 * @see zipkin `Trace.merge`
 */
export function mergeLinkSpans(spans: readonly LinkSpan[]): LinkSpan[] {
  if (spans.length <= 1) return [...spans]
  const sorted = [...spans].sort(compare)
  const merged: LinkSpan[] = []
  for (let index = 0; index < sorted.length; index++) {
    let span = sorted[index] as LinkSpan
    let identity = span.local ?? {}
    for (;;) {
      const next = sorted[index + 1]
      if (next === undefined || next.id !== span.id || next.shared !== span.shared) break
      const joined = joinIdentity(identity, next.local)
      if (joined === undefined) break
      identity = joined
      span = merge(span, next)
      index++
    }
    merged.push(repairShared(merged.at(-1), span))
  }
  return merged
}

/** Some libraries leave `shared` or the parent out on the server's half of a span. */
function repairShared(before: LinkSpan | undefined, span: LinkSpan): LinkSpan {
  if (before === undefined || before.id !== span.id) return span
  const shared = span.shared || (before.kind === 'CLIENT' && span.kind === 'SERVER')
  const parentId = shared ? (span.parentId ?? before.parentId) : span.parentId
  return { ...span, shared, parentId }
}

const merge = (a: LinkSpan, b: LinkSpan): LinkSpan => ({
  id: a.id,
  parentId: a.parentId ?? b.parentId,
  kind: a.kind ?? b.kind,
  shared: a.shared || b.shared,
  local: a.local === undefined ? b.local : { ...b.local, ...a.local },
  remoteServiceName: a.remoteServiceName ?? b.remoteServiceName,
  isError: a.isError || b.isError,
})

/** @returns what is known of both, or `undefined` when they are two different places */
function joinIdentity(
  a: ZipkinEndpoint,
  b: ZipkinEndpoint | undefined,
): ZipkinEndpoint | undefined {
  if (b === undefined) return a
  const differ = <T>(left: T | undefined, right: T | undefined): boolean =>
    left !== undefined && right !== undefined && left !== right
  if (
    differ(a.serviceName, b.serviceName) ||
    differ(a.ipv4, b.ipv4) ||
    differ(a.ipv6, b.ipv6) ||
    differ(a.port, b.port)
  )
    return undefined
  return { ...b, ...a }
}

function compare(a: LinkSpan, b: LinkSpan): number {
  if (a.id !== b.id) return a.id < b.id ? -1 : 1
  return (
    rank(a) - rank(b) ||
    compareEndpoints(a.local, b.local) ||
    // Zipkin stops here and takes parts as they came; with these the answer does not depend on that.
    compareText(a.kind, b.kind) ||
    compareText(a.parentId, b.parentId) ||
    compareText(a.remoteServiceName, b.remoteServiceName)
  )
}

const rank = (span: LinkSpan): number => (span.shared ? 2 : span.kind === 'CLIENT' ? 0 : 1)

/** Unknown places first, so that they join the first known one. */
function compareEndpoints(a: ZipkinEndpoint | undefined, b: ZipkinEndpoint | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  return (
    compareText(a.serviceName, b.serviceName) ||
    compareText(a.ipv4, b.ipv4) ||
    compareText(a.ipv6, b.ipv6)
  )
}

function compareText(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0
  if (a === undefined) return 1
  if (b === undefined) return -1
  return a < b ? -1 : 1
}
