/** What was read and waits for a handler, first come first served. Whoever fills it waits for room. */
export class Inbox<T> {
  readonly #depth: number
  readonly #waiting: T[] = []
  readonly #takers: ((item: T | undefined) => void)[] = []
  readonly #feeders: (() => void)[] = []
  #isClosed = false

  constructor(depth: number) {
    this.#depth = depth
  }

  /** The next one; waits for it. `undefined` when the inbox is closed. */
  take(): Promise<T | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined)
    const next = this.#waiting.shift()
    if (next === undefined) return new Promise((resolve) => this.#takers.push(resolve))
    if (this.#hasRoom()) for (const feed of this.#feeders.splice(0)) feed()
    return Promise.resolve(next)
  }

  /** How many to read next. Waits until half is handled: reading one by one would cost a round trip each. */
  async room(): Promise<number> {
    while (!this.#hasRoom() && !this.#isClosed)
      await new Promise<void>((resolve) => this.#feeders.push(resolve))
    return this.#depth - this.#waiting.length
  }

  push(items: readonly T[]): void {
    for (const item of items) {
      const taker = this.#isClosed ? undefined : this.#takers.shift()
      if (taker === undefined) this.#waiting.push(item)
      else taker(item)
    }
  }

  /** Nothing is handed out any more. */
  close(): void {
    this.#isClosed = true
    for (const taker of this.#takers.splice(0)) taker(undefined)
    for (const feed of this.#feeders.splice(0)) feed()
  }

  /** What nobody took. */
  drain(): readonly T[] {
    return this.#waiting.splice(0)
  }

  #hasRoom(): boolean {
    return this.#waiting.length <= this.#depth / 2
  }
}
