import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { createRouter, measure, rescue, type Step } from '../net/index.ts'
import type { BackendExchange } from './exchange.ts'
import type { BackendMeter } from './meter.ts'
import { plainText } from './replies.ts'
import type { BackendRoute } from './routes.ts'
import { answer } from './steps/answer.ts'
import { cors } from './steps/cors.ts'
import { identify } from './steps/identify.ts'

/** The way of every request. The picture with the status that leaves at each step is in README.md. */
export const backendPipeline = (
  routes: readonly BackendRoute[],
  meter: BackendMeter,
  clock: Clock,
  log: Logger,
): readonly Step<BackendExchange>[] => [
  identify(createRouter(routes)), // which route; cannot fail
  measure(clock, meter.answered), // counters, latency
  rescue(log, (x, error) => x.toReply(error), plainText(500, 'internal error')), // 400, 413, 422, 503, 500
  cors(), // preflight, and the header on every answer
  answer(), // the route's handler, then compression
]
