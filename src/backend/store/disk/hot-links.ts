import type { ZipkinSpan } from '../../../wire/zipkin-span.ts'
import { linkTrace } from '../../query/dependency-linker.ts'
import { toLinkSpan } from '../../query/link-span.ts'
import type { GrowingInts } from './growing-ints.ts'
import type { HotTraces } from './hot-traces.ts'
import { createLinkRows, type LinkRows, linkRows, MAX_LINK_ROWS } from './link-rows.ts'
import type { SegmentNames } from './segment-names.ts'

/** What links are found in. */
interface LinkSource {
  readonly names: SegmentNames
  readonly traces: HotTraces
  readonly columns: Readonly<Record<Exclude<keyof LinkRows, 'count'>, GrowingInts>>
  /** Spans of one trace. */
  spans(ordinal: number): ZipkinSpan[]
}

/** The links of the traces in a hot segment, as codes: twice the place in the table, plus 1 for an error. */
export class HotLinks {
  readonly table: [parent: number, child: number][] = []
  readonly #hot: LinkSource
  readonly #places = new Map<number, number>()
  readonly #rows = createLinkRows()
  readonly #order = new Int32Array(MAX_LINK_ROWS)
  /** Of the traces that were asked for, with the spans they had then. */
  readonly #kept = new Map<number, { readonly spans: number; readonly codes: readonly number[] }>()

  constructor(hot: LinkSource) {
    this.#hot = hot
  }

  /** Found when first asked for, and again when the trace has grown. */
  of(ordinal: number): readonly number[] {
    const spans = this.#hot.traces.spansOf(ordinal)
    let kept = this.#kept.get(ordinal)
    if (kept?.spans !== spans) {
      const codes: number[] = []
      this.find(ordinal, (code) => codes.push(code))
      kept = { spans, codes }
      this.#kept.set(ordinal, kept)
    }
    return kept.codes
  }

  /** For one that does not ask twice. */
  find(ordinal: number, onCode: (code: number) => void): void {
    const onLink = (parent: number, child: number, isError: boolean): void =>
      onCode(this.#placeOf(parent, child) * 2 + (isError ? 1 : 0))
    if (this.#hot.traces.spansOf(ordinal) <= MAX_LINK_ROWS) {
      this.#gather(ordinal)
      if (linkRows(this.#rows, onLink)) return
    }
    const { names } = this.#hot
    linkTrace(this.#hot.spans(ordinal).map(toLinkSpan), (parent, child, isError) =>
      onLink(names.numberOf(parent), names.numberOf(child), isError),
    )
  }

  #gather(ordinal: number): void {
    const rows = this.#rows
    const { columns, traces } = this.#hot
    rows.count = traces.rowsInto(this.#order, 0, ordinal)
    for (let i = 0; i < rows.count; i++) {
      const row = this.#order[i] as number
      rows.idHigh[i] = columns.idHigh.at(row)
      rows.idLow[i] = columns.idLow.at(row)
      rows.parentHigh[i] = columns.parentHigh.at(row)
      rows.parentLow[i] = columns.parentLow.at(row)
      rows.service[i] = columns.service.at(row)
      rows.remote[i] = columns.remote.at(row)
      rows.flags[i] = columns.flags.at(row)
    }
  }

  #placeOf(parent: number, child: number): number {
    const key = parent * 2 ** 26 + child
    let place = this.#places.get(key)
    if (place === undefined) {
      place = this.table.push([parent, child]) - 1
      this.#places.set(key, place)
    }
    return place
  }
}
