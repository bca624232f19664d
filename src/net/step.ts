import type { Span } from '../telemetry/index.ts'
import type { Outcome, Reply, Request } from './message.ts'

/** One request on its way through a server. A wing adds its own fields by extending this. */
export interface Exchange {
  readonly request: Request
  /** Absent where it is not traced. What is logged about the request names it. */
  readonly span?: Span | undefined
  /** Set by whoever waits for something outside, and called when the client leaves before the reply's head. */
  onClientGone: (() => void) | undefined
}

/**
 * A pair of plain functions around the rest of the list. The order of the list is the order of the request:
 * `enter` in order, `leave` in reverse, `done` in order.
 */
export interface Step<X extends Exchange> {
  readonly name: string
  /** Way in. Returning a reply ends it: only the steps already entered, this one included, are left. */
  enter?(x: X): Reply | undefined | Promise<Reply | undefined>
  /** Turns what a later step threw into a reply. The nearest step above the throw that has this hook gets it. */
  rescue?(x: X, error: unknown): Reply
  /** Way out, when the head of the reply is known. May replace the head. Never throws, never waits. */
  leave?(x: X, reply: Reply): Reply | undefined
  /** When the last byte has left or the client is gone. Never throws, never waits. */
  done?(x: X, outcome: Outcome): void
}

/** How far an exchange came. `done` runs for the steps that were entered, and for no other. */
export interface Run {
  readonly reply: Reply
  readonly entered: number
}

/**
 * Runs the list. Stays synchronous as long as every `enter` does, since each await costs a turn of the queue.
 * @throws what no step's `rescue` takes: a bug.
 */
export function runSteps<X extends Exchange>(steps: readonly Step<X>[], x: X): Run | Promise<Run> {
  return enterFrom(steps, x, 0)
}

function enterFrom<X extends Exchange>(
  steps: readonly Step<X>[],
  x: X,
  from: number,
): Run | Promise<Run> {
  for (let index = from; index < steps.length; index++) {
    try {
      const answer = steps[index]?.enter?.(x)
      if (answer === undefined) continue
      if (!(answer instanceof Promise)) return leaveFrom(steps, x, index + 1, answer)
      return answer.then(
        (reply) =>
          reply === undefined
            ? enterFrom(steps, x, index + 1)
            : leaveFrom(steps, x, index + 1, reply),
        (error) => rescueFrom(steps, x, index + 1, error),
      )
    } catch (error) {
      return rescueFrom(steps, x, index + 1, error)
    }
  }
  throw new Error('no step answered')
}

function rescueFrom<X extends Exchange>(
  steps: readonly Step<X>[],
  x: X,
  entered: number,
  error: unknown,
): Run {
  for (let index = entered - 1; index >= 0; index--) {
    const rescue = steps[index]?.rescue
    if (rescue !== undefined) return leaveFrom(steps, x, entered, rescue(x, error))
  }
  throw error
}

function leaveFrom<X extends Exchange>(
  steps: readonly Step<X>[],
  x: X,
  entered: number,
  reply: Reply,
): Run {
  let current = reply
  for (let index = entered - 1; index >= 0; index--)
    current = steps[index]?.leave?.(x, current) ?? current
  return { reply: current, entered }
}

export function finishSteps<X extends Exchange>(
  steps: readonly Step<X>[],
  x: X,
  entered: number,
  outcome: Outcome,
): void {
  for (let index = 0; index < entered; index++) steps[index]?.done?.(x, outcome)
}
