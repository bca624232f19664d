import type { Words } from './words.ts'

/** What the store must know of the spans of one message to find them again, in columns; and the message. */
export interface SpanRows {
  readonly count: number
  readonly body: Uint8Array
  /** {@link ROW_INTS} a span, at the places {@link AT}. */
  readonly ints: Int32Array
  /** Timestamps, µs; 0 = none. */
  readonly times: Float64Array
  /** Of each tag and annotation its hash and that of its key, which for an annotation are the same. */
  readonly tags: Int32Array
  /** Texts of the numbers at `service`, `remote` and `name`. */
  readonly words: Words
  /** Tags to complete: key and value. */
  readonly values: readonly (readonly [key: string, value: string])[]
}

/** 64-bit ids are two signed words, the higher one first; 0, 0 is no parent. */
export const AT = {
  /** Where the span begins and ends in the body. */
  from: 0,
  to: 1,
  /** Four words; the first two are 0 for a short id. */
  trace: 2,
  id: 6,
  parent: 8,
  /** Numbers of words; 0 = none. */
  service: 10,
  remote: 11,
  name: 12,
  /** µs, up to `MAX_STORED_DURATION`. */
  duration: 13,
  flags: 14,
  /** How many tags and annotations the message has up to here, this span's included. */
  tagsEnd: 15,
} as const

export const ROW_INTS = 16

/** `kind` is 0 for none, else the place in `ZIPKIN_KINDS` plus 1. */
export const FLAGS = { kind: 7, shared: 8, error: 16 } as const
