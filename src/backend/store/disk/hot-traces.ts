import { GrowingInts } from './growing-ints.ts'
import { isSameKey, isSameRight, markOf, type TraceKey } from './trace-key.ts'

const NONE = -1

/** The traces of a hot segment: ordinals from 0, each with its id, its rows as a chain, and its times. */
export class HotTraces {
  /** Four words a trace. */
  readonly #ids = new GrowingInts()
  readonly #firstRow = new GrowingInts()
  readonly #lastRow = new GrowingInts()
  readonly #rowCount = new GrowingInts()
  /** The row of the same trace that came next. */
  readonly #nextRow = new GrowingInts()
  /** Trace of each row. */
  readonly #ordinalOfRow = new GrowingInts()
  #times = new Float64Array(2 * 256)
  /** The first trace with that lowest word, and of each trace the next one. */
  readonly #byLow = new Map<number, number>()
  readonly #nextTwin = new GrowingInts()
  readonly #marks = new Set<number>()

  get count(): number {
    return this.#firstRow.length
  }

  /** Trace of each row; a view, good until the next row. */
  get ordinals(): Int32Array {
    return this.#ordinalOfRow.view()
  }

  hasLow(low: number): boolean {
    return this.#byLow.has(low)
  }

  hasMark(mark: number): boolean {
    return this.#marks.has(mark)
  }

  keyOf(ordinal: number): TraceKey {
    const ids = this.#ids
    const at = ordinal * 4
    return { word0: ids.at(at), word1: ids.at(at + 1), word2: ids.at(at + 2), low: ids.at(at + 3) }
  }

  lowOf(ordinal: number): number {
    return this.#ids.at(ordinal * 4 + 3)
  }

  /** The smallest timestamp, or 0. */
  startUs(ordinal: number): number {
    return this.#times[ordinal * 2] as number
  }

  /** The largest one, or 0. */
  newestUs(ordinal: number): number {
    return this.#times[ordinal * 2 + 1] as number
  }

  spansOf(ordinal: number): number {
    return this.#rowCount.at(ordinal)
  }

  /** Writes the rows of a trace, in the order they came. @returns how many */
  rowsInto(rows: Int32Array, from: number, ordinal: number): number {
    const count = this.#rowCount.at(ordinal)
    let row = this.#firstRow.at(ordinal)
    for (let i = 0; i < count; i++) {
      rows[from + i] = row
      row = this.#nextRow.at(row)
    }
    return count
  }

  rowsOf(ordinal: number): Int32Array {
    const rows = new Int32Array(this.spansOf(ordinal))
    this.rowsInto(rows, 0, ordinal)
    return rows
  }

  /** All that share the right 16 digits. */
  find(key: TraceKey): number[] {
    return this.#twinsOf(key.low).filter((ordinal) => isSameRight(this.keyOf(ordinal), key))
  }

  /** Whether another trace here has the same lowest word. */
  hasTwin(ordinal: number): boolean {
    const key = this.keyOf(ordinal)
    return this.#twinsOf(key.low).some((one) => !isSameKey(this.keyOf(one), key))
  }

  /**
   * Adds the next row.
   *
   * @param idAt where the four words of its trace id are in `ints`
   * @returns whether its trace is new; then it is the last one
   */
  addRow(ints: Int32Array, idAt: number, timestampUs: number): boolean {
    const row = this.#nextRow.length
    let ordinal = this.#ordinalOf(ints, idAt)
    const isNew = ordinal === NONE
    if (isNew) ordinal = this.#add(ints, idAt, row)
    else this.#nextRow.set(this.#lastRow.at(ordinal), row)
    this.#lastRow.set(ordinal, row)
    this.#rowCount.set(ordinal, this.#rowCount.at(ordinal) + 1)
    this.#nextRow.push(NONE)
    this.#ordinalOfRow.push(ordinal)
    if (timestampUs !== 0) this.#stretch(ordinal, timestampUs)
    return isNew
  }

  #ordinalOf(ints: Int32Array, idAt: number): number {
    const ids = this.#ids
    let ordinal = this.#byLow.get(ints[idAt + 3] as number) ?? NONE
    while (ordinal !== NONE) {
      const at = ordinal * 4
      if (
        ids.at(at + 2) === ints[idAt + 2] &&
        ids.at(at + 1) === ints[idAt + 1] &&
        ids.at(at) === ints[idAt]
      )
        return ordinal
      ordinal = this.#nextTwin.at(ordinal)
    }
    return NONE
  }

  #add(ints: Int32Array, idAt: number, row: number): number {
    const ordinal = this.count
    const low = ints[idAt + 3] as number
    for (let word = 0; word < 4; word++) this.#ids.push(ints[idAt + word] as number)
    this.#firstRow.push(row)
    this.#lastRow.push(row)
    this.#rowCount.push(0)
    this.#nextTwin.push(this.#byLow.get(low) ?? NONE)
    this.#byLow.set(low, ordinal)
    this.#marks.add(markOf(this.keyOf(ordinal)))
    if (ordinal * 2 === this.#times.length) {
      const larger = new Float64Array(this.#times.length * 2)
      larger.set(this.#times)
      this.#times = larger
    }
    return ordinal
  }

  #stretch(ordinal: number, us: number): void {
    const times = this.#times
    const at = ordinal * 2
    const startUs = times[at] as number
    if (startUs === 0 || us < startUs) times[at] = us
    if (us > (times[at + 1] as number)) times[at + 1] = us
  }

  #twinsOf(low: number): number[] {
    const twins: number[] = []
    let ordinal = this.#byLow.get(low) ?? NONE
    for (; ordinal !== NONE; ordinal = this.#nextTwin.at(ordinal)) twins.push(ordinal)
    return twins
  }
}
