import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import { limit, measure, rescue, type Step, trace } from '../../net/index.ts'
import { attributes, type Tracer } from '../../telemetry/index.ts'
import type { InjectorExchange } from './exchange.ts'
import type { InjectorMeter } from './meter.ts'
import { type MutateParts, mutate } from './mutate.ts'
import { plainText, toReply } from './replies.ts'
import { MUTATE_PATH } from './settings.ts'

export interface PipelineParts extends MutateParts {
  readonly tracer: Tracer
  readonly meter: InjectorMeter
  readonly clock: Clock
  readonly log: Logger
}

/** The way of every request. The picture with the status that leaves at each step is in README.md. */
export const injectorPipeline = (p: PipelineParts): readonly Step<InjectorExchange>[] => [
  identify, // which route; cannot fail
  trace(p.tracer, SPANS, { answers: false }), // W3C in, span
  measure(p.clock, p.meter.answered), // counters, latency
  rescue(p.log, (_, error) => toReply(error), plainText(500, 'internal error')), // 400, 413, 415, 500
  limit({ maxBodyBytes: MAX_BODY_BYTES }), // 400 baggage, 413
  mutate(p, MAX_BODY_BYTES), // 404, 405, 415, 400, 200
]

/** The API server takes objects of 3 MB at most, and a review holds two of them. */
const MAX_BODY_BYTES = 8 * 1024 * 1024

const identify: Step<InjectorExchange> = {
  name: 'identify',
  enter(x) {
    if (x.request.path === MUTATE_PATH) x.route = 'mutate'
    return undefined
  },
}

const SPANS: Parameters<typeof trace<InjectorExchange>>[1] = {
  kind: 'SERVER',
  name: ({ request, route }) => (route === 'mutate' ? `${request.method} ${MUTATE_PATH}` : route),
  operation: () => undefined,
  describe(x, span, reply) {
    span.set(attributes.httpMethod, x.request.method)
    span.set(attributes.statusCode, String(reply.status))
  },
}
