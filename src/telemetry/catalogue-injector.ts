import { pipelineMetrics } from './catalogue.ts'
import { counter, gauge, histogram, type MetricDefinition } from './metrics.ts'

/** What the injector measures. The first three are Dapr's. @see dapr `pkg/injector/service/metrics.go` */
export const injectorMetrics = {
  requests: counter('dapr_injector_sidecar_injection_requests_total', {
    help: 'The total number of sidecar injection requests.',
    labels: [],
    compat: true,
  }),
  succeeded: counter('dapr_injector_sidecar_injection_succeeded_total', {
    help: 'The total number of successful sidecar injections.',
    labels: ['app_id'],
    openLabel: 'app_id',
    compat: true,
  }),
  failed: counter('dapr_injector_sidecar_injection_failed_total', {
    help: 'The total number of failed sidecar injections.',
    labels: ['app_id', 'reason'],
    openLabel: 'app_id',
    compat: true,
  }),
  reviews: counter('sidelight_injector_reviews_total', {
    help: 'Reviews that were answered, by what became of the pod.',
    labels: ['outcome'],
    closed: { outcome: ['injected', 'passed', 'unauthorized', 'refused'] },
  }),
  findings: counter('sidelight_injector_findings_total', {
    help: 'Pods with annotations that are malformed, unknown or without effect.',
    labels: [],
  }),
  answered: counter('sidelight_injector_http_requests_total', {
    help: 'Requests answered, by route and status.',
    labels: ['route', 'status'],
  }),
  duration: histogram('sidelight_injector_http_request_duration_seconds', {
    help: 'Time from the head of a request to the last byte of its answer.',
    labels: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  }),
  refusedHeads: counter('sidelight_injector_http_refused_heads_total', {
    help: 'Requests refused before routing: head too large, malformed or too slow; 525 = no TLS handshake.',
    labels: ['status'],
  }),
  certificateExpiry: gauge('sidelight_injector_certificate_expiry_timestamp_seconds', {
    help: 'When the certificate that the API server is shown expires, in seconds since the epoch.',
    labels: [],
  }),
  bundleWrites: counter('sidelight_injector_ca_bundle_writes_total', {
    help: 'Writes of the trust bundle into the webhook’s configuration: at a start, after a rotation, and when somebody took it away.',
    labels: ['outcome'],
    closed: { outcome: ['written', 'conflict', 'failed'] },
  }),
  spansExported: pipelineMetrics.spansExported,
  spansDropped: pipelineMetrics.spansDropped,
  exporterUp: pipelineMetrics.exporterUp,
  seriesFolded: pipelineMetrics.seriesFolded,
} as const

/** Every metric of the injector. */
export const injectorCatalogue: readonly MetricDefinition[] = Object.values(injectorMetrics)
