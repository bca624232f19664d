import type { Problem } from '../base/problem.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { OtlpResourceSpans } from './otlp-span.ts'

/** What one message may hold, so that a small body cannot make a large heap. */
export interface OtlpLimits {
  readonly maxSpans: number
}

/** Of spans, attributes, events, links and elements of values together. */
export const MAX_OTLP_ELEMENTS = 2_000_000
/** Of values in values, and of messages in messages. */
export const MAX_OTLP_DEPTH = 64

export type OtlpReadCode = 'OTLP_MALFORMED' | 'OTLP_TOO_MANY_SPANS' | 'OTLP_TOO_LARGE'

/** Thrown inside a decoder; never leaves it. */
export class OtlpReadError extends Error {
  readonly path: string
  readonly code: OtlpReadCode

  constructor(path: string, message: string, code: OtlpReadCode = 'OTLP_MALFORMED') {
    super(message)
    this.path = path
    this.code = code
  }
}

export const tooManySpans = (path: string, maxSpans: number): OtlpReadError =>
  new OtlpReadError(
    path,
    `the message holds more than ${maxSpans} spans; send smaller batches`,
    'OTLP_TOO_MANY_SPANS',
  )

export const tooLarge = (path: string): OtlpReadError =>
  new OtlpReadError(
    path,
    `the message holds more than ${MAX_OTLP_ELEMENTS} attributes, events and values; send smaller batches`,
    'OTLP_TOO_LARGE',
  )

/** Runs a decoder; what it throws as {@link OtlpReadError} is its answer. */
export function readOtlp(
  decode: () => OtlpResourceSpans[],
): Result<readonly OtlpResourceSpans[], Problem> {
  try {
    return ok(decode())
  } catch (error) {
    if (!(error instanceof OtlpReadError)) throw error
    return err({ path: error.path, code: error.code, message: error.message })
  }
}
