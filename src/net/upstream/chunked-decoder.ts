import { malformed } from './response-head.ts'

/** Longest size line with its extensions, and longest trailer section. */
const MAX_LINE = 4_096
const MAX_TRAILERS = 16_384

/** Takes the frames off a chunked body. Trailers are read and dropped. @see RFC 9112 7.1 */
export class ChunkedDecoder {
  #state: 'size' | 'data' | 'data-end' | 'trailer' | 'done' = 'size'
  #line = ''
  #left = 0
  #trailers = 0

  get isDone(): boolean {
    return this.#state === 'done'
  }

  /**
   * @returns how many bytes of `bytes` from `from` on belong to the body's frames
   * @throws Fault `UPSTREAM_BROKEN`
   */
  read(bytes: Buffer, from: number, onData: (chunk: Buffer) => void): number {
    let at = from
    while (at < bytes.length && this.#state !== 'done') {
      if (this.#state === 'data') {
        const end = Math.min(bytes.length, at + this.#left)
        onData(bytes.subarray(at, end))
        this.#left -= end - at
        at = end
        if (this.#left === 0) this.#state = 'data-end'
        continue
      }
      const feed = bytes.indexOf(10, at)
      const end = feed === -1 ? bytes.length : feed + 1
      this.#line += bytes.toString('latin1', at, end)
      at = end
      if (this.#line.length > MAX_LINE) throw malformed('a chunk line is too long')
      if (feed === -1) break
      if (!this.#line.endsWith('\r\n')) throw malformed('a chunk line ends without CR')
      this.#take(this.#line.slice(0, -2))
      this.#line = ''
    }
    return at - from
  }

  #take(line: string): void {
    if (this.#state === 'data-end') {
      if (line !== '') throw malformed('a chunk is longer than it says')
      this.#state = 'size'
    } else if (this.#state === 'size') {
      const size = /^([0-9a-fA-F]{1,12})(?:[ \t]*;.*)?$/.exec(line)
      if (size === null) throw malformed('a chunk size is no number')
      this.#left = Number.parseInt(size[1] as string, 16)
      this.#state = this.#left === 0 ? 'trailer' : 'data'
    } else if (line === '') this.#state = 'done'
    else {
      this.#trailers += line.length
      if (this.#trailers > MAX_TRAILERS) throw malformed('its trailers are too long')
    }
  }
}
