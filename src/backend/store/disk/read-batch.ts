import { ok, type Result } from '../../../base/result.ts'
import { decodeZipkinSpans, encodeZipkinSpans } from '../../../wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../../wire/zipkin-span.ts'
import { rowsOfSpans } from './rows-of-spans.ts'
import { SpanScanner } from './scan-spans.ts'
import type { SpanRows } from './span-rows.ts'
import { splitSpans } from './split-spans.ts'

/** Turns messages into rows: by a scan of their bytes, or by decoding where that does not do. */
export class BatchReader {
  readonly #keysToComplete: readonly string[]
  readonly #scanner: SpanScanner

  constructor(keysToComplete: readonly string[]) {
    this.#keysToComplete = keysToComplete
    this.#scanner = new SpanScanner(keysToComplete)
  }

  /** @returns the rows, or what Zipkin says to the message */
  read(body: Uint8Array): Result<SpanRows, string> {
    const scanned = this.#scanner.scan(body)
    if (scanned !== undefined) return ok(scanned)
    const decoded = decodeZipkinSpans(body)
    return decoded.ok ? ok(this.#rowsOf(decoded.value, body)) : decoded
  }

  /** Finds each span in the bytes; writes them anew where that does not work out. */
  #rowsOf(spans: readonly ZipkinSpan[], body: Uint8Array): SpanRows {
    const { words } = this.#scanner
    const ranges = splitSpans(body, spans.length)
    if (ranges !== undefined) return rowsOfSpans(spans, body, ranges, words, this.#keysToComplete)
    const written = Buffer.from(encodeZipkinSpans(spans))
    const found = splitSpans(written, spans.length)
    if (found === undefined) throw new Error('a list of spans that we wrote does not come apart')
    return rowsOfSpans(spans, written, found, words, this.#keysToComplete)
  }
}

/** A body that is a small part of some memory would keep all of that. */
const MAX_WASTE = 2

/** The rows with a body that may be kept. */
export function ownBody(rows: SpanRows): SpanRows {
  const { body } = rows
  const isWasteful = body.buffer.byteLength > body.length * MAX_WASTE
  return isWasteful ? { ...rows, body: new Uint8Array(body) } : rows
}
