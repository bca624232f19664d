import type { Clock } from '../base/clock.ts'
import { codeOf } from '../base/fault.ts'
import type { Logger } from '../base/logger.ts'
import {
  limit,
  measure,
  type Reply,
  type Router,
  rescue,
  type Step,
  toErrorReply,
  trace,
} from '../net/index.ts'
import type { MetricsRegistry, Tracer } from '../telemetry/index.ts'
import type { Access } from './access.ts'
import type { Route, SidecarExchange } from './exchange.ts'
import type { Pipeline } from './middleware/pipeline.ts'
import type { ContextWatch } from './report/context-watch.ts'
import type { SidecarSettings } from './settings.ts'
import { admit } from './steps/admit.ts'
import { authorize } from './steps/authorize.ts'
import { cors } from './steps/cors.ts'
import { extend } from './steps/extend.ts'
import { type ForwardParts, forward } from './steps/forward.ts'
import { identify } from './steps/identify.ts'
import { type KeepParts, keep } from './steps/keep.ts'
import { type CallLogPolicy, logCall } from './steps/log-call.ts'
import { resolve, resolveOwn } from './steps/resolve.ts'
import { tap } from './steps/tap.ts'
import type { Taps } from './tap/taps.ts'
import type { ErrorMeter } from './telemetry/error-meter.ts'
import type { RequestMeter } from './telemetry/request-meter.ts'
import { apiSpans, peerSpans } from './telemetry/span-description.ts'

export interface PipelineParts {
  readonly settings: SidecarSettings
  readonly router: Router<Route>
  readonly tracer: Tracer
  readonly meter: RequestMeter
  readonly taps: Pick<Taps, 'api' | 'peer'>
  readonly countError: ErrorMeter
  readonly keep: KeepParts
  readonly watch: Pick<ContextWatch, 'calls'>
  readonly access: () => Access
  readonly callLog: () => CallLogPolicy
  readonly middleware: Pipeline
  readonly registry: MetricsRegistry
  readonly forward: ForwardParts
  readonly clock: Clock
  readonly log: Logger
}

/** The way of every request on the API port. The picture with the status that leaves at each step is in README.md. */
export const apiPipeline = (p: PipelineParts): readonly Step<SidecarExchange>[] => [
  identify(p.router, (route) => p.access().isOpen(route)), // which operation; cannot fail
  trace(p.tracer, apiSpans(p.settings), { answers: true }), // W3C in, decision, span; W3C out
  keep(p.keep, { callers: 'apps' }), // holds an unsampled span until the request's end is known
  p.watch.calls, // does the app carry its context on?
  measure(p.clock, p.meter.api), // counters, latency
  logCall(p.callLog, p.clock, p.log), // a line a call, if it is asked for
  tap(p.clock, p.taps.api), // those who watch live
  rescue(p.log, errorReply(p), BUG), // a thrown fault becomes an answer, here and nowhere else
  limit(p.settings), // 400 baggage, 413
  cors(p.settings.allowedOrigins), // preflight
  authorize(p.settings.apiToken, p.countError), // 401
  extend(p.middleware, p.router, (route) => p.access().isOpen(route)), // the Configuration's handlers: any answer, or another route
  resolve(p.settings, p.access), // 404, 400, 500 ERR_DIRECT_INVOKE
  forward(p.forward), // handler, app, peer, external URL
]

/** The way of a peer's request on the internal port: our own app and nothing else; the public API is not here. */
export const peerPipeline = (p: PipelineParts): readonly Step<SidecarExchange>[] => [
  identify(p.router),
  trace(p.tracer, peerSpans(p.settings), { answers: false }),
  keep(p.keep, { callers: 'sidecars' }),
  measure(p.clock, p.meter.peer),
  tap(p.clock, p.taps.peer),
  rescue(p.log, errorReply(p), BUG),
  limit(p.settings),
  resolveOwn(p.settings),
  admit(p.access, p.registry), // 403
  forward({ ...p.forward, policies: undefined }),
]

const errorReply =
  ({ countError, settings }: PipelineParts) =>
  (_: SidecarExchange, error: unknown): Reply | undefined => {
    countError(codeOf(error))
    return toErrorReply(error, settings.appId)
  }

/** A 500's body says nothing about the inside. */
const BUG: Reply = {
  status: 500,
  headers: ['Content-Type', 'application/json'],
  body: '{"errorCode":"ERR_INTERNAL","message":"internal error"}',
}
