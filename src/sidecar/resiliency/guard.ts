import type { Clock } from '../../base/clock.ts'
import { codeOf, Fault } from '../../base/fault.ts'
import type { CodeRange, RetryPolicy } from '../../resources/index.ts'
import type { Span } from '../../telemetry/index.ts'
import type { Breaker, BreakerState } from './breaker.ts'
import { retryDelays } from './retry-delays.ts'

/** The policies around one call: a breaker lets each attempt through, a timeout ends it, a retry follows. */
export interface Guard {
  /** Whether more than one attempt may be made, so that a body has to be kept. */
  readonly retries: boolean
  /**
   * @returns the first answer that is no failure, or the last one
   * @throws what the last attempt threw; Fault `RESILIENCY_TIMEOUT`, `BREAKER_OPEN`, `BREAKER_BUSY`
   */
  run<T>(call: GuardedCall<T>): Promise<T>
}

export interface GuardedCall<T> {
  /** Gets an event for each thing that a policy does. */
  readonly span: Span | undefined
  /** One attempt. `onAbort` is handed a function that gives it up, and calls one that comes too late at once. */
  attempt(onAbort: OnAbort): Promise<T>
  /** Hands out the function that gives the whole call up: the caller has left. */
  readonly onAbort?: OnAbort
  /** Why an outcome is a failure; `undefined`: it is none. Without it every throw is one, and no answer. */
  failureOf?(outcome: Outcome<T>): Failure | undefined
  /** Frees an answer that is not handed on. */
  discard?(answer: T): void
}

export type OnAbort = (abort: () => void) => void
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown }

export interface Failure {
  /** A status or a fault's code, for the span. */
  readonly reason: string
  /** Of an answer: a retry policy may name those that it is for. */
  readonly httpStatus?: number
  /** Another attempt cannot be made, or would do harm. */
  readonly isFinal?: boolean
}

export interface GuardPolicies {
  readonly timeoutMs: number | undefined
  readonly retry: RetryPolicy | undefined
  readonly breaker: Breaker | undefined
}

/** What a policy did, counted once a call, and each change of a breaker. */
export interface GuardRecord {
  timedOut(): void
  retried(): void
  breakerIs(state: BreakerState): void
}

const BREAKER_EVENTS: Readonly<Record<BreakerState, string>> = {
  open: 'breaker_open',
  'half-open': 'breaker_half_open',
  closed: 'breaker_closed',
}

/** @see dapr `pkg/resiliency/policy.go` */
export function createGuard(
  { timeoutMs, retry, breaker }: GuardPolicies,
  { timedOut, retried, breakerIs }: GuardRecord,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
): Guard {
  return {
    retries: retry !== undefined && retry.maxRetries !== 0,
    async run<T>(call: GuardedCall<T>): Promise<T> {
      const { span, failureOf = thrown } = call
      const gone = createAbort()
      call.onAbort?.(gone.abort)
      const startMs = clock.elapsedMs()
      const delays = retry && retryDelays(retry, random, () => clock.elapsedMs() - startMs)
      let hasTimedOut = false
      const expire = (): void => {
        span?.event('timeout', { after_ms: timeoutMs ?? 0 })
        if (!hasTimedOut) timedOut()
        hasTimedOut = true
      }
      const onChange = (state: BreakerState): void => {
        span?.event(BREAKER_EVENTS[state])
        breakerIs(state)
      }
      for (let attempt = 1; ; attempt++) {
        const settle = breaker?.enter(onChange)
        const outcome = await tryOnce(call, gone, clock, timeoutMs || undefined, expire)
        const failure = failureOf(outcome)
        settle?.(gone.isAborted ? undefined : failure === undefined)
        const mayRetry =
          failure !== undefined &&
          failure.isFinal !== true &&
          !gone.isAborted &&
          isRetried(retry?.httpStatusCodes, failure.httpStatus)
        const delayMs = mayRetry ? delays?.next().value : undefined
        if (failure === undefined || delayMs === undefined) {
          if (outcome.ok) return outcome.value
          throw outcome.error
        }
        if (outcome.ok) call.discard?.(outcome.value)
        span?.event('retry', { attempt, delay_ms: Math.round(delayMs), reason: failure.reason })
        if (attempt === 1) retried()
        await pause(clock, delayMs, gone)
      }
    },
  }
}

const thrown = (outcome: Outcome<unknown>): Failure | undefined =>
  outcome.ok ? undefined : { reason: codeOf(outcome.error) ?? 'failed' }

const isRetried = (codes: readonly CodeRange[] | undefined, status: number | undefined): boolean =>
  codes === undefined ||
  status === undefined ||
  codes.some(({ from, to }) => status >= from && status <= to)

/** Dapr's words: those of Go's contexts. */
const timeout = () => new Fault('RESILIENCY_TIMEOUT', 'context deadline exceeded')
const left = () => new Fault('UPSTREAM_ABORTED', 'the client left')

interface Abort {
  readonly isAborted: boolean
  abort(): void
  /** Runs `task` on the abort, at once if it has been. The last one set counts. */
  on(task: () => void): void
}

function createAbort(): Abort {
  let isAborted = false
  let onAbort: () => void = () => undefined
  return {
    get isAborted() {
      return isAborted
    },
    abort() {
      isAborted = true
      onAbort()
    },
    on(task) {
      onAbort = task
      if (isAborted) task()
    },
  }
}

/** Never rejects. An attempt that takes too long is given up; its answer, should it still come, is discarded. */
function tryOnce<T>(
  call: GuardedCall<T>,
  gone: Abort,
  clock: Clock,
  timeoutMs: number | undefined,
  onTimeout: () => void,
): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    let isOver = false
    const own = createAbort()
    const finish = (outcome: Outcome<T>): void => {
      if (isOver) {
        if (outcome.ok) call.discard?.(outcome.value)
        return
      }
      isOver = true
      cancel?.()
      resolve(outcome)
    }
    const giveUp = (error: Fault): void => {
      if (isOver) return
      finish({ ok: false, error })
      own.abort()
    }
    const cancel =
      timeoutMs === undefined
        ? undefined
        : clock.after(timeoutMs, () => {
            onTimeout()
            giveUp(timeout())
          })
    gone.on(() => giveUp(left()))
    if (isOver) return
    call.attempt(own.on).then(
      (value) => finish({ ok: true, value }),
      (error) => finish({ ok: false, error }),
    )
  })
}

/** @throws Fault `UPSTREAM_ABORTED` when the caller leaves meanwhile */
const pause = (clock: Clock, delayMs: number, gone: Abort): Promise<void> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(delayMs, resolve)
    gone.on(() => {
      cancel()
      reject(left())
    })
  })
