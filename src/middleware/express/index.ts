/**
 * For those who want it in code: spans named by route, a histogram with exemplars in their own registry, fields for
 * their log. Context goes on as with `sidelight/carry`; spans are recorded by whichever OpenTelemetry there is.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { context, isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api'
import { parseTraceparent } from '../../wire/traceparent.ts'
import { currentTraceContext } from '../carry/index.ts'
import { routeOf } from '../http/index.ts'
import { createDurations, type Durations, type SidelightOptions } from './durations.ts'
import { beginServerSpan } from './server-span.ts'

export type { SidelightOptions } from './durations.ts'

/** Of Express, Connect, and whatever else calls `next`. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * Express: `app.use(sidelight({ registry }))`, before all routes.
 *
 * @throws when the registry has another metric of that name
 */
export function sidelight(options: SidelightOptions = {}): Middleware {
  const durations = createDurations(options)
  return (request, response, next) => {
    serve(request, response, durations, () => routeOf(request), next)
  }
}

/** Plain `node:http`: `createServer(withSidelight(listener, { registry }))`. What it serves has no route. */
export function withSidelight(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
  options: SidelightOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const observe = sidelight(options)
  return (request, response) => observe(request, response, () => listener(request, response))
}

/** What the plugin needs of Fastify. */
interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (
      request: {
        readonly raw: IncomingMessage
        readonly routeOptions: { readonly url?: string | undefined }
      },
      reply: { readonly raw: ServerResponse },
      done: () => void,
    ) => void,
  ): unknown
}

/** Fastify: `fastify.register(sidelightFastify, { registry })`. It holds for all routes, those of other plugins, too. */
export const sidelightFastify = Object.assign(
  (fastify: FastifyLike, options: SidelightOptions, done: () => void): void => {
    const durations = createDurations(options)
    fastify.addHook('onRequest', ({ raw, routeOptions }, reply, next) => {
      serve(raw, reply.raw, durations, () => routeOptions.url, next)
    })
    done()
  },
  { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'sidelight' },
)

/**
 * For a line of the log that is about the request being served, by OpenTelemetry's names: `logger.info({ ...logFields() })`.
 *
 * @returns `{}` outside of a request, or when it came without a trace
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
 */
export function logFields(): Record<string, string> {
  const seen = seenContext()
  return seen === undefined
    ? {}
    : {
        trace_id: seen.traceId,
        span_id: seen.spanId,
        trace_flags: seen.traceFlags.toString(16).padStart(2, '0'),
      }
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  durations: Durations | undefined,
  route: () => string | undefined,
  next: () => void,
): void {
  const startMs = performance.now()
  const span = beginServerSpan(request, route)
  const within = span?.context ?? context.active()
  response.once('finish', () => span?.named())
  response.once('close', () => {
    const isWhole = response.writableFinished
    durations?.observe(
      {
        method: request.method ?? 'GET',
        route: route() ?? '',
        status: isWhole ? response.statusCode : 499,
      },
      (performance.now() - startMs) / 1_000,
      context.with(within, seenContext),
    )
    span?.end(response.statusCode, isWhole)
  })
  context.with(within, next)
}

/** Of the span that records, else of what came in. */
function seenContext(): SpanContext | undefined {
  const active = trace.getSpanContext(context.active())
  if (active !== undefined && isSpanContextValid(active)) return active
  const came = parseTraceparent(currentTraceContext()?.traceparent ?? '')
  return came && { traceId: came.traceId, spanId: came.spanId, traceFlags: came.flags }
}
