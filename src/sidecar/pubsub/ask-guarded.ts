import { codeOf, messageOf } from '../../base/fault.ts'
import { onAbort } from '../../base/on-abort.ts'
import type { Span } from '../../telemetry/index.ts'
import type { Failure, Guard } from '../resiliency/guard.ts'
import type { Verdict } from './delivery.ts'

/**
 * Asks the app as often as the inbound policy of the broker's component allows. Attempts are events of one span.
 *
 * @param failureOf why an answer asks for another attempt; `undefined`: it does not
 * @param giveUp what stands for no answer, or none in time
 */
export async function askGuarded<T>(
  guard: Guard | undefined,
  { span, signal }: { readonly span: Span | undefined; readonly signal: AbortSignal },
  ask: (signal: AbortSignal) => Promise<T>,
  failureOf: (answer: T) => Failure | undefined,
  giveUp: (verdict: Verdict) => T,
): Promise<T> {
  if (guard === undefined) return ask(signal)
  let endWait: () => void = () => undefined
  try {
    return await guard.run<T>({
      span,
      attempt(onAbort) {
        const attempt = new AbortController()
        onAbort(() => attempt.abort())
        return ask(attempt.signal)
      },
      onAbort(abort) {
        endWait = onAbort(signal, abort)
      },
      failureOf: (outcome) =>
        outcome.ok ? failureOf(outcome.value) : { reason: codeOf(outcome.error) ?? 'failed' },
    })
  } catch (error) {
    // Behind an open breaker, or as the subscription ends, the message has not had its chance.
    const mayBury = !signal.aborted && codeOf(error)?.startsWith('BREAKER_') !== true
    return giveUp({ outcome: 'retry', mayBury, failure: messageOf(error) })
  } finally {
    endWait()
  }
}
