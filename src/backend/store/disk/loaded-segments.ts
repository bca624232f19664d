import type { OpenSegment } from './segment.ts'

interface Entry {
  readonly opening: Promise<OpenSegment>
  bytes: number
}

const MAX_COLUMN_BYTES = 128 * 1024 ** 2
const MAX_BLOCK_BYTES = 8 * 1024 ** 2

/** What of the sealed segments is in memory: columns and unpacked blocks, the last used of each. */
export class LoadedSegments {
  /** In order of last use. */
  readonly #entries = new Map<object, Entry>()
  readonly #blocks = new Map<string, Buffer>()
  readonly #numbers = new WeakMap<object, number>()
  #nextNumber = 0
  #bytes = 0
  #blockBytes = 0

  get(
    segment: object,
    load: () => Promise<{ segment: OpenSegment; bytes: number }>,
  ): Promise<OpenSegment> {
    const known = this.#entries.get(segment)
    if (known !== undefined) {
      this.#entries.delete(segment)
      this.#entries.set(segment, known)
      return known.opening
    }
    const loading = load()
    const entry: Entry = { opening: loading.then((loaded) => loaded.segment), bytes: 0 }
    this.#entries.set(segment, entry)
    loading.then(
      ({ bytes }) => {
        if (this.#entries.get(segment) !== entry) return
        entry.bytes = bytes
        this.#bytes += bytes
        this.#evict()
      },
      // Whoever asked gets the fault; the next one tries again.
      () => this.#entries.delete(segment),
    )
    return entry.opening
  }

  block(segment: object, block: number): Buffer | undefined {
    return this.#blocks.get(this.#blockKey(segment, block))
  }

  keepBlock(segment: object, block: number, bytes: Buffer): void {
    const key = this.#blockKey(segment, block)
    if (this.#blocks.has(key)) return
    this.#blocks.set(key, bytes)
    this.#blockBytes += bytes.length
    for (const [oldest, { length }] of this.#blocks) {
      if (this.#blockBytes <= MAX_BLOCK_BYTES) return
      this.#blocks.delete(oldest)
      this.#blockBytes -= length
    }
  }

  drop(segment: object): void {
    const entry = this.#entries.get(segment)
    if (entry === undefined) return
    this.#bytes -= entry.bytes
    this.#entries.delete(segment)
  }

  #evict(): void {
    for (const segment of this.#entries.keys()) {
      if (this.#bytes <= MAX_COLUMN_BYTES || this.#entries.size === 1) return
      this.drop(segment)
    }
  }

  #blockKey(segment: object, block: number): string {
    let number = this.#numbers.get(segment)
    if (number === undefined) {
      number = this.#nextNumber++
      this.#numbers.set(segment, number)
    }
    return `${number}:${block}`
  }
}
