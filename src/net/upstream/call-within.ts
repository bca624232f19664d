import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { onAbort } from '../../base/on-abort.ts'
import { readBytes } from '../read-whole.ts'
import type { UpstreamReply } from './upstream-request.ts'

/** The bounds of a call whose answer is held in memory. */
export interface CallBounds {
  /** From the begin to the last byte of the answer. */
  readonly timeoutMs: number
  readonly maxBytes: number
  /** Absent: nobody gives it up. */
  readonly signal?: AbortSignal
}

export interface WholeReply extends Pick<UpstreamReply, 'status' | 'headers'> {
  readonly bytes: Buffer
  /** `false`: there is more than `maxBytes`, and the rest was not read. */
  readonly isWhole: boolean
}

/**
 * One call, head and body, within a time and a size.
 *
 * @param send starts it, and hands out what gives it up
 * @throws Fault `UPSTREAM_ABORTED` when the time is over or `signal` has fired; what `send` throws
 */
export async function callWithin(
  clock: Clock,
  { timeoutMs, maxBytes, signal }: CallBounds,
  send: (onAbort: (abort: () => void) => void) => Promise<UpstreamReply>,
): Promise<WholeReply> {
  let abort: () => void = () => undefined
  let reason: string | undefined
  const giveUp = (why: string): void => {
    reason ??= why
    abort()
  }
  const cancel = clock.after(timeoutMs, () => giveUp(`no answer within ${timeoutMs} ms`))
  const endWait = signal && onAbort(signal, () => giveUp('given up'))
  try {
    const reply = await send((give) => {
      abort = give
      if (reason !== undefined) give()
    })
    const { bytes, isWhole } = await readBytes(reply.body, maxBytes)
    return { status: reply.status, headers: reply.headers, bytes, isWhole }
  } catch (cause) {
    throw reason === undefined ? cause : new Fault('UPSTREAM_ABORTED', reason, { cause })
  } finally {
    cancel()
    endWait?.()
  }
}
