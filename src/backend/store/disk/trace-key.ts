/** A trace id as four 32-bit words, most significant first; the first two are 0 for a short id. */
export interface TraceKey {
  readonly word0: number
  readonly word1: number
  readonly word2: number
  /** The lowest word; the one to look a trace up by. */
  readonly low: number
}

const wordAt = (id: string, from: number): number =>
  Number.parseInt(id.slice(from, from + 8), 16) | 0

/** @param id as `parseTraceId` gives it: 16 or 32 digits */
export const parseTraceKey = (id: string): TraceKey =>
  id.length === 16
    ? { word0: 0, word1: 0, word2: wordAt(id, 0), low: wordAt(id, 8) }
    : { word0: wordAt(id, 0), word1: wordAt(id, 8), word2: wordAt(id, 16), low: wordAt(id, 24) }

export const isSameKey = (a: TraceKey, b: TraceKey): boolean =>
  a.low === b.low && a.word2 === b.word2 && a.word1 === b.word1 && a.word0 === b.word0

export const isSameRight = (a: TraceKey, b: TraceKey): boolean =>
  a.low === b.low && a.word2 === b.word2

/** For maps: the whole id, or its right half. */
export const formatTraceKey = (key: TraceKey, isWhole: boolean): string =>
  isWhole ? `${key.word0},${key.word1},${key.word2},${key.low}` : `${key.word2},${key.low}`

/** 32 bits of a whole id, where the lowest word will not do: some systems keep it the same in many traces. */
export function markOf({ word0, word1, word2, low }: TraceKey): number {
  let mark = low
  for (const word of [word2, word1, word0]) {
    mark = Math.imul(mark ^ (mark >>> 15), 0x2c1b3c6d) ^ word
    mark ^= mark >>> 13
  }
  return Math.imul(mark, 0x297a2d39) ^ (mark >>> 16)
}
