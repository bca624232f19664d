export { acceptsGzip } from './accepts-gzip.ts'
export { apiFault, toErrorReply } from './api-fault.ts'
export { BodyBuffer } from './body-buffer.ts'
export type { CertificateSource, KeyPair } from './certificate-source.ts'
export { exposeMetrics, type MetricsPage } from './expose-metrics.ts'
export { canBeHeader, forwardableHeaders, headerValue, headerValues } from './headers.ts'
export { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts'
export { inflateBody } from './inflate-body.ts'
export { isListening } from './is-listening.ts'
export { limitBody } from './limit-body.ts'
export {
  type BodySink,
  type BodyStream,
  isBodyStream,
  type Outcome,
  type RawHeaders,
  type Reply,
  type Request,
  STATUS_CLIENT_GONE,
} from './message.ts'
export {
  OTLP_UNSUPPORTED,
  type OtlpHttpLimits,
  otlpEncodingOf,
  otlpReply,
  readOtlpTraces,
  refuseOtlp,
} from './otlp-http.ts'
export { createProbeServer, type ProbeServerOptions } from './probe-server.ts'
export { readBody } from './read-body.ts'
export { readWhole } from './read-whole.ts'
export {
  createRegistrationDirectory,
  type Registration,
  type RegistrationDirectory,
} from './registration.ts'
export { createRouter, type RouteMatch, type Router, type RouteTemplate } from './router.ts'
export { createSender, type Sender, type SendResult } from './send.ts'
export { collectReports } from './sidecar-reports.ts'
export { type Exchange, type Run, runSteps, type Step } from './step.ts'
export { limit } from './steps/limit.ts'
export { type Measured, measure } from './steps/measure.ts'
export { rescue } from './steps/rescue.ts'
export { type SpanDescription, type Traced, trace, UNTRACED } from './steps/trace.ts'
export {
  callWithin,
  createUpstream,
  type Upstream,
  type UpstreamReply,
  type UpstreamRequest,
  type WholeReply,
} from './upstream/index.ts'
export { wholeBody } from './whole-body.ts'
