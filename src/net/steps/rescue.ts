import type { Logger } from '../../base/logger.ts'
import { traceFields } from '../../telemetry/index.ts'
import type { Reply } from '../message.ts'
import type { Exchange, Step } from '../step.ts'

/**
 * The one place of a server where something thrown becomes an answer. Stands inside trace and measure,
 * so that every refusal has a span and a count.
 *
 * `toReply` knows the program's error bodies and returns `undefined` for a bug, which is logged with its
 * stack and answered by `bug`, whose body says nothing about the inside.
 */
export const rescue = <X extends Exchange>(
  log: Logger,
  toReply: (x: X, error: unknown) => Reply | undefined,
  bug: Reply,
): Step<X> => ({
  name: 'rescue',
  rescue(x, error) {
    const reply = toReply(x, error)
    if (reply !== undefined) return reply
    log.error('bug', {
      error: error instanceof Error ? error.stack : String(error),
      ...traceFields(x.span),
    })
    return bug
  },
})
