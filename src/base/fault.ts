/**
 * An operation that failed for a reason outside this program. Match on `code`, never on the message.
 * A bug is a plain `Error`; nobody catches that but rescue and the command line.
 */
export class Fault extends Error {
  override readonly name = 'Fault'
  /** Stable name, for example `ERR_DIRECT_INVOKE` or `TRACE_STORE_FULL`. */
  readonly code: string
  /** Whether the same call may succeed later without anyone changing anything. */
  readonly retryable: boolean
  /** What the message was made of, for machines. */
  readonly params: FaultParams

  constructor(
    code: string,
    message: string,
    options: { cause?: unknown; retryable?: boolean; params?: FaultParams } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? false
    this.params = options.params ?? {}
  }
}

export type FaultParams = Readonly<Record<string, string | number>>

/** The `code` of a fault or of a Node system error, or `undefined`. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** The `params` of a fault; of anything else none. */
export const paramsOf = (error: unknown): FaultParams =>
  error instanceof Error && 'params' in error ? (error.params as FaultParams) : {}

/** The message of anything thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
