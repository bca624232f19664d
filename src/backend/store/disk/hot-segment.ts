import { decodeZipkinSpans } from '../../../wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../../wire/zipkin-span.ts'
import { linkTrace } from '../../query/dependency-linker.ts'
import { type LinkSpan, toLinkSpan } from '../../query/link-span.ts'
import { type Criteria, MAX_STORED_DURATION, rowBits, toRowCriteria } from './criteria.ts'
import { GrowingInts } from './growing-ints.ts'
import type { Matches, OpenSegment, Segment } from './segment.ts'
import { SegmentNames } from './segment-names.ts'
import { hashAnnotation, hashKey, hashTag } from './tag-hash.ts'
import { isSameKey, isSameRight, parseTraceKey, type TraceKey } from './trace-key.ts'

/** A batch whose spans can be found in its bytes. */
export interface LocatedBatch {
  readonly spans: readonly ZipkinSpan[]
  readonly body: Uint8Array
  /** From and to of each span in `body`. */
  readonly ranges: Int32Array
}

interface HotTrace {
  readonly key: TraceKey
  readonly rows: number[]
  startUs: number
  newestUs: number
  links: { readonly spans: number; readonly codes: readonly number[] } | undefined
}

const COMMA = Buffer.from(',')
const OPEN = Buffer.from('[')
const CLOSE = Buffer.from(']')

/** The newest spans: columns and the bytes as they came. What is here is in the log as well. */
export class HotSegment implements Segment, OpenSegment {
  readonly names = new SegmentNames()
  readonly #autocompleteKeys: readonly string[]
  readonly #onNewTrace: (key: TraceKey, isTwin: boolean) => void
  readonly #traces: HotTrace[] = []
  readonly #ordinals = new Map<string, number>()
  readonly #byLow = new Map<number, number[]>()
  readonly #bodies: Uint8Array[] = []
  readonly #links: LinkSpan[] = []
  readonly columns = {
    service: new GrowingInts(),
    remote: new GrowingInts(),
    name: new GrowingInts(),
    duration: new GrowingInts(),
    trace: new GrowingInts(),
    body: new GrowingInts(),
    from: new GrowingInts(),
    to: new GrowingInts(),
    /** One entry a tag or annotation. */
    tagRow: new GrowingInts(),
    tagHash: new GrowingInts(),
    tagKey: new GrowingInts(),
  }
  readonly linkTable: [parent: number, child: number][] = []
  readonly #linkPlaces = new Map<number, number>()
  readonly #keyHashes = new Map<string, number>()
  minUs = Number.POSITIVE_INFINITY
  maxUs = 0
  bodyBytes = 0

  /** @param onNewTrace tells of each trace, and whether one here has the same right half */
  constructor(
    autocompleteKeys: readonly string[],
    onNewTrace: (key: TraceKey, isTwin: boolean) => void,
  ) {
    this.#autocompleteKeys = autocompleteKeys
    this.#onNewTrace = onNewTrace
  }

  get spanCount(): number {
    return this.#links.length
  }

  get traceCount(): number {
    return this.#traces.length
  }

  add({ spans, body, ranges }: LocatedBatch): void {
    const bodyNumber = this.#bodies.push(body) - 1
    this.bodyBytes += body.length
    const { columns, names } = this
    spans.forEach((span, index) => {
      const row = this.#links.push(toLinkSpan(span)) - 1
      const service = names.numberOf(span.localEndpoint?.serviceName)
      const remote = names.numberOf(span.remoteEndpoint?.serviceName)
      const name = names.numberOf(span.name)
      names.addSpan(service, name, remote)
      names.addValues(span, this.#autocompleteKeys)
      columns.service.push(service)
      columns.remote.push(remote)
      columns.name.push(name)
      columns.duration.push(Math.min(span.duration ?? 0, MAX_STORED_DURATION))
      columns.body.push(bodyNumber)
      columns.from.push(ranges[index * 2] as number)
      columns.to.push(ranges[index * 2 + 1] as number)
      columns.trace.push(this.#addToTrace(span, row))
      this.#addTags(span, row)
    })
  }

  hasLow(low: number): boolean {
    return this.#byLow.has(low)
  }

  async open(): Promise<OpenSegment> {
    return this
  }

  keyOf(ordinal: number): TraceKey {
    return this.#trace(ordinal).key
  }

  lowOf(ordinal: number): number {
    return this.#trace(ordinal).key.low
  }

  startUs(ordinal: number): number {
    return this.#trace(ordinal).startUs
  }

  newestUs(ordinal: number): number {
    return this.#trace(ordinal).newestUs
  }

  rowsOf(ordinal: number): readonly number[] {
    return this.#trace(ordinal).rows
  }

  spansOf = (ordinal: number): number => this.#trace(ordinal).rows.length

  find(key: TraceKey): number[] {
    return (this.#byLow.get(key.low) ?? []).filter((ordinal) =>
      isSameRight(this.keyOf(ordinal), key),
    )
  }

  matches(criteria: Criteria): Matches | undefined {
    const bits = this.#allBits(criteria)
    if (bits === undefined) return undefined
    return { ordinals: bits.keys(), bits: (ordinal) => bits[ordinal] ?? 0 }
  }

  #allBits(criteria: Criteria): Int32Array | undefined {
    const { columns } = this
    const row = toRowCriteria(criteria.query, this.names)
    if (row === undefined) return undefined
    const bits = new Int32Array(this.traceCount)
    const service = columns.service.view()
    const trace = columns.trace.view()
    for (let i = 0; i < this.spanCount; i++) {
      const met = rowBits(
        row,
        service[i] as number,
        columns.remote.at(i),
        columns.name.at(i),
        columns.duration.at(i),
      )
      if (met !== 0) orInto(bits, trace[i] as number, met)
    }
    if (criteria.annotations.length === 0) return bits
    const tagRow = columns.tagRow.view()
    const tagHash = columns.tagHash.view()
    const tagKey = columns.tagKey.view()
    for (const { bit, tag, key, annotation } of criteria.annotations)
      for (let i = 0; i < tagRow.length; i++) {
        const isMet =
          tag === undefined ? tagKey[i] === key || tagHash[i] === annotation : tagHash[i] === tag
        const at = tagRow[i] as number
        if (isMet && (row.service === 0 || service[at] === row.service))
          orInto(bits, trace[at] as number, bit)
      }
    return bits
  }

  async read(ordinal: number): Promise<ZipkinSpan[]> {
    const decoded = decodeZipkinSpans(this.bytesOf(ordinal))
    if (!decoded.ok) throw new Error(`a stored span cannot be read: ${decoded.error}`)
    return decoded.value
  }

  /** A JSON list of the spans of one trace, byte for byte as they came. */
  bytesOf(ordinal: number): Buffer {
    const pieces: Uint8Array[] = []
    for (const row of this.rowsOf(ordinal)) {
      const body = this.#bodies[this.columns.body.at(row)] as Uint8Array
      pieces.push(
        pieces.length === 0 ? OPEN : COMMA,
        body.subarray(this.columns.from.at(row), this.columns.to.at(row)),
      )
    }
    pieces.push(CLOSE)
    return Buffer.concat(pieces)
  }

  /** Found when first asked for, and again when the trace has grown. */
  links(ordinal: number): readonly number[] {
    const trace = this.#trace(ordinal)
    if (trace.links?.spans !== trace.rows.length)
      trace.links = { spans: trace.rows.length, codes: this.#findLinks(trace) }
    return trace.links.codes
  }

  #findLinks({ rows }: HotTrace): number[] {
    const codes: number[] = []
    const spans = rows.map((row) => this.#links[row] as LinkSpan)
    linkTrace(spans, (parent, child, isError) => {
      const pair: [number, number] = [this.names.numberOf(parent), this.names.numberOf(child)]
      const key = pair[0] * 2 ** 26 + pair[1]
      let place = this.#linkPlaces.get(key)
      if (place === undefined) {
        place = this.linkTable.push(pair) - 1
        this.#linkPlaces.set(key, place)
      }
      codes.push(place * 2 + (isError ? 1 : 0))
    })
    return codes
  }

  #trace(ordinal: number): HotTrace {
    return this.#traces[ordinal] as HotTrace
  }

  #addToTrace({ traceId, timestamp = 0 }: ZipkinSpan, row: number): number {
    let ordinal = this.#ordinals.get(traceId)
    if (ordinal === undefined) {
      ordinal = this.#newTrace(traceId)
      this.#ordinals.set(traceId, ordinal)
    }
    const trace = this.#trace(ordinal)
    trace.rows.push(row)
    if (timestamp === 0) return ordinal
    if (trace.startUs === 0 || timestamp < trace.startUs) trace.startUs = timestamp
    if (timestamp > trace.newestUs) trace.newestUs = timestamp
    if (timestamp < this.minUs) this.minUs = timestamp
    if (timestamp > this.maxUs) this.maxUs = timestamp
    return ordinal
  }

  #newTrace(traceId: string): number {
    const key = parseTraceKey(traceId)
    const twins = this.#byLow.get(key.low)
    const isTwin = twins?.some((one) => !isSameKey(this.keyOf(one), key)) === true
    const ordinal =
      this.#traces.push({ key, rows: [], startUs: 0, newestUs: 0, links: undefined }) - 1
    if (twins === undefined) this.#byLow.set(key.low, [ordinal])
    else twins.push(ordinal)
    this.#onNewTrace(key, isTwin)
    return ordinal
  }

  #addTags({ tags, annotations }: ZipkinSpan, row: number): void {
    if (tags !== undefined)
      for (const key in tags) {
        const keyHash = this.#hashKey(key)
        this.#addTag(row, hashTag(keyHash, tags[key] as string), keyHash)
      }
    if (annotations !== undefined)
      for (const { value } of annotations) {
        const hash = hashAnnotation(value)
        this.#addTag(row, hash, hash)
      }
  }

  #addTag(row: number, hash: number, key: number): void {
    const { columns } = this
    columns.tagRow.push(row)
    columns.tagHash.push(hash)
    columns.tagKey.push(key)
  }

  #hashKey(key: string): number {
    let hash = this.#keyHashes.get(key)
    if (hash === undefined) {
      hash = hashKey(key)
      this.#keyHashes.set(key, hash)
    }
    return hash
  }
}

function orInto(bits: Int32Array, index: number, met: number): void {
  bits[index] = (bits[index] as number) | met
}
