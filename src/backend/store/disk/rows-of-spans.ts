import { ZIPKIN_KINDS, type ZipkinSpan } from '../../../wire/zipkin-span.ts'
import { MAX_STORED_DURATION } from './criteria.ts'
import { AT, FLAGS, ROW_INTS, type SpanRows } from './span-rows.ts'
import { hashAnnotation, hashKey, hashTag } from './tag-hash.ts'
import { parseTraceKey } from './trace-key.ts'
import type { Words } from './words.ts'

/**
 * The rows of spans that were decoded, for messages that the scanner does not take.
 *
 * @param ranges from and to of each span in the body
 */
export function rowsOfSpans(
  spans: readonly ZipkinSpan[],
  body: Uint8Array,
  ranges: Int32Array,
  words: Words,
  keysToComplete: readonly string[],
): SpanRows {
  const ints = new Int32Array(spans.length * ROW_INTS)
  const tags: number[] = []
  const values: [key: string, value: string][] = []
  spans.forEach((span, row) => {
    const at = row * ROW_INTS
    ints[at + AT.from] = ranges[row * 2] as number
    ints[at + AT.to] = ranges[row * 2 + 1] as number
    const { word0, word1, word2, low } = parseTraceKey(span.traceId)
    ints.set([word0, word1, word2, low], at + AT.trace)
    ints.set(wordsOfId(span.id), at + AT.id)
    if (span.parentId !== undefined) ints.set(wordsOfId(span.parentId), at + AT.parent)
    ints[at + AT.service] = words.ofText(span.localEndpoint?.serviceName ?? '')
    ints[at + AT.remote] = words.ofText(span.remoteEndpoint?.serviceName ?? '')
    ints[at + AT.name] = words.ofText(span.name ?? '')
    ints[at + AT.duration] = Math.min(span.duration ?? 0, MAX_STORED_DURATION)
    ints[at + AT.flags] = flagsOf(span)
    for (const [key, value] of Object.entries(span.tags ?? {})) {
      const keyHash = hashKey(key)
      tags.push(hashTag(keyHash, value), keyHash)
      if (keysToComplete.includes(key)) values.push([key, value])
    }
    for (const { value } of span.annotations ?? []) {
      const hash = hashAnnotation(value)
      tags.push(hash, hash)
    }
    ints[at + AT.tagsEnd] = tags.length / 2
  })
  return {
    count: spans.length,
    body,
    ints,
    times: Float64Array.from(spans, ({ timestamp = 0 }) => timestamp),
    tags: Int32Array.from(tags),
    words,
    values,
  }
}

function flagsOf({ kind, shared, tags }: ZipkinSpan): number {
  const kindBits = kind === undefined ? 0 : ZIPKIN_KINDS.indexOf(kind) + 1
  const isError = tags !== undefined && Object.hasOwn(tags, 'error')
  return kindBits | (shared === true ? FLAGS.shared : 0) | (isError ? FLAGS.error : 0)
}

/** @param id 16 hex digits */
const wordsOfId = (id: string): [high: number, low: number] => [
  Number.parseInt(id.slice(0, 8), 16) | 0,
  Number.parseInt(id.slice(8), 16) | 0,
]
