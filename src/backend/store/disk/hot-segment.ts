import { decodeZipkinSpans } from '../../../wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../../wire/zipkin-span.ts'
import { type Criteria, rowBits, toRowCriteria } from './criteria.ts'
import { GrowingInts } from './growing-ints.ts'
import { HotLinks } from './hot-links.ts'
import { HotTags } from './hot-tags.ts'
import { HotTraces } from './hot-traces.ts'
import type { Matches, OpenSegment, Segment } from './segment.ts'
import { SegmentNames } from './segment-names.ts'
import { AT, ROW_INTS, type SpanRows } from './span-rows.ts'
import type { TraceKey } from './trace-key.ts'
import { WordNumbers } from './word-numbers.ts'

const COMMA = 0x2c
const OPEN = 0x5b
const CLOSE = 0x5d

/** The newest spans: columns and the bytes as they came. What is here is in the log as well. */
export class HotSegment implements Segment, OpenSegment {
  readonly names = new SegmentNames()
  readonly traces = new HotTraces()
  readonly tags = new HotTags()
  readonly columns = {
    service: new GrowingInts(),
    remote: new GrowingInts(),
    name: new GrowingInts(),
    duration: new GrowingInts(),
    flags: new GrowingInts(),
    idHigh: new GrowingInts(),
    idLow: new GrowingInts(),
    parentHigh: new GrowingInts(),
    parentLow: new GrowingInts(),
    body: new GrowingInts(),
    from: new GrowingInts(),
    to: new GrowingInts(),
  }
  readonly #onNewTrace: (key: TraceKey, isTwin: boolean) => void
  readonly #links = new HotLinks(this)
  readonly #words = new WordNumbers(this.names)
  readonly #bodies: Uint8Array[] = []
  minUs = Number.POSITIVE_INFINITY
  maxUs = 0
  bodyBytes = 0

  /** @param onNewTrace tells of each trace, and whether one here has the same right half */
  constructor(onNewTrace: (key: TraceKey, isTwin: boolean) => void) {
    this.#onNewTrace = onNewTrace
  }

  get spanCount(): number {
    return this.columns.service.length
  }

  get traceCount(): number {
    return this.traces.count
  }

  get linkTable(): HotLinks['table'] {
    return this.#links.table
  }

  add(batch: SpanRows): void {
    const { columns, names, tags } = this
    const { ints, times, body } = batch
    const bodyNumber = this.#bodies.push(body) - 1
    this.bodyBytes += body.length
    for (const [key, value] of batch.values) names.addValue(key, value)
    const words = this.#words.of(batch.words)
    let tagsFrom = 0
    for (let row = 0, at = 0; row < batch.count; row++, at += ROW_INTS) {
      const service = words.numberOf(ints[at + AT.service] as number)
      const remote = words.numberOf(ints[at + AT.remote] as number)
      const name = words.numberOf(ints[at + AT.name] as number)
      names.addSpan(service, name, remote)
      columns.service.push(service)
      columns.remote.push(remote)
      columns.name.push(name)
      columns.duration.push(ints[at + AT.duration] as number)
      columns.flags.push(ints[at + AT.flags] as number)
      columns.idHigh.push(ints[at + AT.id] as number)
      columns.idLow.push(ints[at + AT.id + 1] as number)
      columns.parentHigh.push(ints[at + AT.parent] as number)
      columns.parentLow.push(ints[at + AT.parent + 1] as number)
      columns.body.push(bodyNumber)
      columns.from.push(ints[at + AT.from] as number)
      columns.to.push(ints[at + AT.to] as number)
      const tagsEnd = ints[at + AT.tagsEnd] as number
      tags.addRow(batch.tags, tagsFrom * 2, tagsEnd * 2)
      tagsFrom = tagsEnd
      this.#addToTrace(ints, at + AT.trace, times[row] as number)
    }
  }

  hasLow(low: number): boolean {
    return this.traces.hasLow(low)
  }

  mayHave(mark: number): boolean {
    return this.traces.hasMark(mark)
  }

  async open(): Promise<OpenSegment> {
    return this
  }

  keyOf(ordinal: number): TraceKey {
    return this.traces.keyOf(ordinal)
  }

  lowOf(ordinal: number): number {
    return this.traces.lowOf(ordinal)
  }

  startUs(ordinal: number): number {
    return this.traces.startUs(ordinal)
  }

  newestUs(ordinal: number): number {
    return this.traces.newestUs(ordinal)
  }

  spansOf = (ordinal: number): number => this.traces.spansOf(ordinal)

  find(key: TraceKey): number[] {
    return this.traces.find(key)
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
    const { ordinals } = this.traces
    for (let i = 0; i < this.spanCount; i++) {
      const met = rowBits(
        row,
        service[i] as number,
        columns.remote.at(i),
        columns.name.at(i),
        columns.duration.at(i),
      )
      if (met !== 0) orInto(bits, ordinals[i] as number, met)
    }
    for (const { bit, tag, key, annotation } of criteria.annotations)
      this.tags.eachRow(
        (hash, keyHash) =>
          tag === undefined ? keyHash === key || hash === annotation : hash === tag,
        (at) => {
          if (row.service === 0 || service[at] === row.service)
            orInto(bits, ordinals[at] as number, bit)
        },
      )
    return bits
  }

  async read(ordinal: number): Promise<ZipkinSpan[]> {
    return this.spans(ordinal)
  }

  /** Spans of one trace, in the order they came. */
  spans(ordinal: number): ZipkinSpan[] {
    const bytes = Buffer.allocUnsafe(this.bytesOf(ordinal))
    this.writeTrace(ordinal, bytes, 0)
    const decoded = decodeZipkinSpans(bytes)
    if (!decoded.ok) throw new Error(`a stored span cannot be read: ${decoded.error}`)
    return decoded.value
  }

  /** Length of what {@link writeTrace} writes. */
  bytesOf(ordinal: number): number {
    const { from, to } = this.columns
    // A bracket before, and a comma or a bracket behind each span.
    let bytes = 1
    for (const row of this.traces.rowsOf(ordinal)) bytes += to.at(row) - from.at(row) + 1
    return bytes
  }

  /** Writes a JSON list of the spans of one trace, byte for byte as they came. @returns the end */
  writeTrace(ordinal: number, target: Uint8Array, start: number): number {
    const { body, from, to } = this.columns
    let at = start
    target[at] = OPEN
    for (const row of this.traces.rowsOf(ordinal)) {
      const bytes = this.#bodies[body.at(row)] as Uint8Array
      target[at++] = at === start + 1 ? OPEN : COMMA
      target.set(bytes.subarray(from.at(row), to.at(row)), at)
      at += to.at(row) - from.at(row)
    }
    target[at] = CLOSE
    return at + 1
  }

  links(ordinal: number): readonly number[] {
    return this.#links.of(ordinal)
  }

  /** The same for one that does not ask twice. */
  eachLink(ordinal: number, onCode: (code: number) => void): void {
    this.#links.find(ordinal, onCode)
  }

  #addToTrace(ints: Int32Array, idAt: number, timestamp: number): void {
    const { traces } = this
    if (traces.addRow(ints, idAt, timestamp)) {
      const ordinal = traces.count - 1
      this.#onNewTrace(traces.keyOf(ordinal), traces.hasTwin(ordinal))
    }
    if (timestamp === 0) return
    if (timestamp < this.minUs) this.minUs = timestamp
    if (timestamp > this.maxUs) this.maxUs = timestamp
  }
}

function orInto(bits: Int32Array, index: number, met: number): void {
  bits[index] = (bits[index] as number) | met
}
