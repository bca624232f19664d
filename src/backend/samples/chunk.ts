/**
 * A run of one series' samples, packed; the last of a series grows. A sample is two integers of variable length:
 * how much its distance to the one before differs from the distance before that, and how much its value differs
 * from the value before, one added. Values that are no integers, or too far apart, follow a 0 as they are.
 *
 * Most series of a sidecar stand still or count: 3 bytes a sample, where Gorilla's bits take about 2 and more code.
 */
export interface Chunk {
  readonly startMs: number
  readonly endMs: number
  readonly count: number
  /** Held, the first `used` of them filled. */
  readonly bytes: Uint8Array
  readonly used: number
  /** Between the last two samples. */
  readonly stepMs: number
  /** Value of the last sample. */
  readonly last: number
}

/** Half an hour of scrapes. What is evicted is evicted by chunks. */
const MAX_COUNT = 120
const FIRST_BYTES = 32
/** An integer of 8 bytes, a 0 and a number. */
const MAX_SAMPLE_BYTES = 17
/** Differences of two are still exact, and so is twice one. */
const MAX_INTEGER = 2 ** 50
const RAW = 0

/** To take numbers apart. */
const number = new Float64Array(1)
const numberBytes = new Uint8Array(number.buffer)

export const createChunk = (): Chunk => ({
  startMs: 0,
  endMs: 0,
  count: 0,
  bytes: new Uint8Array(FIRST_BYTES),
  used: 0,
  stepMs: 0,
  last: 0,
})

/** Whether the next sample belongs into another chunk. */
export const isFull = ({ count }: Chunk): boolean => count >= MAX_COUNT

/** @param timeMs integer, after all others */
export function appendTo(chunk: Chunk, timeMs: number, value: number): void {
  const own: { -readonly [K in keyof Chunk]: Chunk[K] } = chunk
  if (own.used + MAX_SAMPLE_BYTES > own.bytes.length) own.bytes = resized(own, own.bytes.length * 2)
  if (own.count === 0) own.startMs = own.endMs = timeMs
  const stepMs = timeMs - own.endMs
  own.used = putInteger(own.bytes, own.used, zigzag(stepMs - own.stepMs))
  if (isSmallInteger(value) && isSmallInteger(own.last))
    own.used = putInteger(own.bytes, own.used, zigzag(value - own.last) + 1)
  else {
    own.bytes[own.used++] = RAW
    number[0] = value
    own.bytes.set(numberBytes, own.used)
    own.used += numberBytes.length
  }
  own.stepMs = stepMs
  own.endMs = timeMs
  own.last = value
  own.count++
}

/** The same without room for more. */
export const seal = (chunk: Chunk): Chunk => ({ ...chunk, bytes: resized(chunk, chunk.used) })

/** Calls `take` with each sample, oldest first. */
export function readChunk(
  { startMs, count, bytes }: Chunk,
  take: (timeMs: number, value: number) => void,
): void {
  let at = 0
  const next = (): number => {
    let integer = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = bytes[at++] as number
      integer += (byte % 0x80) * scale
      if (byte < 0x80) return integer
    }
  }
  let timeMs = startMs
  let stepMs = 0
  let value = 0
  for (let i = 0; i < count; i++) {
    stepMs += unzigzag(next())
    timeMs += stepMs
    const code = next()
    if (code === RAW) {
      numberBytes.set(bytes.subarray(at, at + numberBytes.length))
      at += numberBytes.length
      value = number[0] as number
    } else value += unzigzag(code - 1)
    take(timeMs, value)
  }
}

function resized({ bytes, used }: Chunk, length: number): Uint8Array {
  const other = new Uint8Array(length)
  other.set(bytes.subarray(0, used))
  return other
}

/** Seven bits a byte, the lowest first. @returns the place behind it */
function putInteger(bytes: Uint8Array, at: number, integer: number): number {
  let place = at
  let rest = integer
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[place++] = (rest % 0x80) | 0x80
  bytes[place++] = rest
  return place
}

/** Minus zero is none: a difference would lose its sign. */
const isSmallInteger = (value: number): boolean =>
  Number.isInteger(value) && Math.abs(value) <= MAX_INTEGER && !Object.is(value, -0)

/** Small integers of either sign as small ones without. */
const zigzag = (integer: number): number => (integer < 0 ? -2 * integer - 1 : 2 * integer)
const unzigzag = (integer: number): number => (integer % 2 === 1 ? -(integer + 1) / 2 : integer / 2)
