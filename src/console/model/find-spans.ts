import { errorMessageOf } from '../../wire/trace/span-facts.ts'
import type { Trace } from '../../wire/trace/trace.ts'
import type { TraceNode } from '../../wire/trace/trace-tree.ts'

/**
 * Keys of the spans that hold every word of `text` somewhere: id, service, name, kind, tag keys and
 * values, annotations, remote service. Case does not matter. Empty text matches nothing.
 */
export function findSpans(trace: Trace, text: string): string[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  return trace.nodes
    .filter((node) => {
      const content = contentOf(node)
      return words.every((word) => content.includes(word))
    })
    .map((node) => node.key)
}

function contentOf({ span, service }: TraceNode): string {
  const parts = [span.id, service, span.name ?? '', span.kind ?? '']
  parts.push(span.remoteEndpoint?.serviceName ?? '', errorMessageOf(span) ?? '')
  for (const [key, value] of Object.entries(span.tags ?? {})) parts.push(`${key}=${value}`)
  for (const note of span.annotations ?? []) parts.push(note.value)
  return parts.join('\n').toLowerCase()
}
