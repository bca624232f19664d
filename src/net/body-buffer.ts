import type { BodySink, BodyStream } from './message.ts'

const MAX_HELD_BYTES = 65_536

/**
 * The body of an answer between the socket and whoever takes it. Chunks that come before anybody asks are held;
 * when there is much of it, `push` says to pause.
 */
export class BodyBuffer implements BodyStream {
  readonly #onResume: () => void
  readonly #onCancel: () => void
  #sink: BodySink | undefined
  #held: Uint8Array[] = []
  #heldBytes = 0
  #isFinished = false
  #failure: unknown

  constructor(onResume: () => void, onCancel: () => void) {
    this.#onResume = onResume
    this.#onCancel = onCancel
  }

  /** Returns `false` when the source must wait for `onResume`. */
  push(chunk: Uint8Array): boolean {
    if (this.#sink !== undefined) return this.#sink.write(chunk)
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    return this.#heldBytes < MAX_HELD_BYTES
  }

  finish(failure?: unknown): void {
    if (this.#isFinished) return
    this.#isFinished = true
    this.#failure = failure
    if (this.#sink !== undefined) this.#end(this.#sink)
  }

  takeWhole(): Uint8Array | undefined {
    if (!this.#isFinished || this.#failure !== undefined || this.#sink !== undefined)
      return undefined
    return this.#held.length === 1 ? this.#held[0] : Buffer.concat(this.#held)
  }

  pipe(sink: BodySink): void {
    this.#sink = sink
    const wasFull = this.#heldBytes >= MAX_HELD_BYTES
    for (const chunk of this.#held) sink.write(chunk)
    this.#held = []
    if (this.#isFinished) this.#end(sink)
    else if (wasFull) this.#onResume()
  }

  resume(): void {
    if (!this.#isFinished) this.#onResume()
  }

  cancel(): void {
    if (!this.#isFinished) this.#onCancel()
  }

  #end(sink: BodySink): void {
    if (this.#failure === undefined) sink.end()
    else sink.fail(this.#failure)
  }
}
