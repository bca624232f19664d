/* A table: every metric of the sidecar and every attribute of its spans is declared here, and nowhere else. */
import type { ExporterName } from './exporter.ts'
import { counter, gauge, histogram, type MetricDefinition } from './metrics.ts'

/**
 * Dapr's default latency bounds, in milliseconds.
 * @see dapr `pkg/diagnostics/metrics.go`
 */
export const DAPR_LATENCY_BUCKETS_MS: readonly number[] = [
  1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 30, 40, 50, 65, 80, 100, 130, 160, 200, 250, 300, 400,
  500, 650, 800, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000,
]
/** Dapr's size bounds, in bytes. */
const DAPR_SIZE_BUCKETS: readonly number[] = [
  1024, 2048, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
  268_435_456, 1_073_741_824, 4_294_967_296,
]

const REQUEST_LABELS = ['app_id', 'method', 'path', 'status'] as const

/** Names, labels, units and help texts of daprd. @see dapr `pkg/diagnostics/http_monitoring.go` */
export const httpMetrics = {
  serverRequestCount: counter('dapr_http_server_request_count', {
    help: 'Count of HTTP requests processed by the server.',
    labels: REQUEST_LABELS,
    openLabel: 'path',
    compat: true,
  }),
  serverResponseCount: counter('dapr_http_server_response_count', {
    help: 'The number of HTTP responses',
    labels: REQUEST_LABELS,
    openLabel: 'path',
    compat: true,
  }),
  serverLatency: histogram('dapr_http_server_latency', {
    help: 'HTTP request end-to-end latency in server.',
    labels: REQUEST_LABELS,
    openLabel: 'path',
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
  serverRequestBytes: histogram('dapr_http_server_request_bytes', {
    help: 'HTTP request body size if set as ContentLength (uncompressed) in server.',
    labels: ['app_id'],
    buckets: DAPR_SIZE_BUCKETS,
    compat: true,
  }),
  serverResponseBytes: histogram('dapr_http_server_response_bytes', {
    help: 'HTTP response body size (uncompressed) in server.',
    labels: ['app_id'],
    buckets: DAPR_SIZE_BUCKETS,
    compat: true,
  }),
  clientSentBytes: histogram('dapr_http_client_sent_bytes', {
    help: 'Total bytes sent in request body (not including headers)',
    labels: REQUEST_LABELS,
    openLabel: 'path',
    buckets: DAPR_SIZE_BUCKETS,
    compat: true,
  }),
  clientReceivedBytes: histogram('dapr_http_client_received_bytes', {
    help: 'Total bytes received in response bodies (not including headers but including error responses with bodies)',
    labels: ['app_id'],
    buckets: DAPR_SIZE_BUCKETS,
    compat: true,
  }),
  clientRoundtripLatency: histogram('dapr_http_client_roundtrip_latency', {
    help: 'Time between first byte of request headers sent to last byte of response received, or terminal error',
    labels: REQUEST_LABELS,
    openLabel: 'path',
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
  clientCompletedCount: counter('dapr_http_client_completed_count', {
    help: 'Count of completed requests',
    labels: REQUEST_LABELS,
    openLabel: 'path',
    compat: true,
  }),
  healthProbesCompletedCount: counter('dapr_http_healthprobes_completed_count', {
    help: 'Count of completed health probes',
    labels: ['app_id', 'status'],
    compat: true,
  }),
  healthProbesRoundtripLatency: histogram('dapr_http_healthprobes_roundtrip_latency', {
    help: 'Time between first byte of health probes headers sent to last byte of response received, or terminal error',
    labels: ['app_id', 'status'],
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
} as const

/** @see dapr `pkg/diagnostics/service_monitoring.go` */
export const invocationMetrics = {
  requestSent: counter('dapr_runtime_service_invocation_req_sent_total', {
    help: 'The number of requests sent via service invocation.',
    labels: ['app_id', 'dst_app_id', 'type'],
    openLabel: 'dst_app_id',
    compat: true,
  }),
  requestReceived: counter('dapr_runtime_service_invocation_req_recv_total', {
    help: 'The number of requests received via service invocation.',
    labels: ['app_id', 'src_app_id'],
    openLabel: 'src_app_id',
    compat: true,
  }),
  responseSent: counter('dapr_runtime_service_invocation_res_sent_total', {
    help: 'The number of responses sent via service invocation.',
    labels: ['app_id', 'dst_app_id', 'status'],
    openLabel: 'dst_app_id',
    compat: true,
  }),
  responseReceived: counter('dapr_runtime_service_invocation_res_recv_total', {
    help: 'The number of responses received via service invocation.',
    labels: ['app_id', 'src_app_id', 'status', 'type'],
    openLabel: 'src_app_id',
    compat: true,
  }),
  responseLatency: histogram('dapr_runtime_service_invocation_res_recv_latency_ms', {
    help: 'The latency of service invocation response.',
    labels: ['app_id', 'src_app_id', 'status'],
    openLabel: 'src_app_id',
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
} as const

/** In seconds, from what a sidecar should take to what nobody waits for. */
const FINE_BUCKETS_S: readonly number[] = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
  5,
]

/** What daprd does not tell of itself. */
export const sidecarMetrics = {
  addedLatency: histogram('sidelight_sidecar_added_latency_seconds', {
    help: 'What the sidecar adds to an invocation: from the head of the request to the head of the answer, without what the target took; by the port it came in on: api, internal.',
    labels: ['server'],
    buckets: FINE_BUCKETS_S,
  }),
  operatorUp: gauge('sidelight_sidecar_operator_up', {
    help: '1 while the stream of resources from the operator is open; 0: what it sent last stays in force. In clusters only.',
    labels: [],
  }),
} as const

/** A count of what failed stands at 0 as soon as there is one of what did not. */
const SUCCESS = { success: ['true', 'false'] } as const
/** Without an operation: there is only one. */
const CALL_LABELS = ['app_id', 'component', 'namespace', 'success'] as const
const COMPONENT_LABELS = ['app_id', 'component', 'namespace', 'operation', 'success'] as const

/** @see dapr `pkg/diagnostics/component_monitoring.go`, `pkg/diagnostics/service_monitoring.go` */
export const componentMetrics = {
  stateCount: counter('dapr_component_state_count', {
    help: 'The number of operations performed on the state component.',
    labels: COMPONENT_LABELS,
    openLabel: 'component',
    closed: SUCCESS,
    compat: true,
  }),
  stateLatencies: histogram('dapr_component_state_latencies', {
    help: 'The latency of the response from the state component.',
    labels: COMPONENT_LABELS,
    openLabel: 'component',
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
  secretCount: counter('dapr_component_secret_count', {
    help: 'The number of operations performed on the secret component.',
    labels: COMPONENT_LABELS,
    openLabel: 'component',
    closed: SUCCESS,
    compat: true,
  }),
  secretLatencies: histogram('dapr_component_secret_latencies', {
    help: 'The latency of the response from the secret component.',
    labels: COMPONENT_LABELS,
    openLabel: 'component',
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
  configurationCount: counter('dapr_component_configuration_count', {
    help: 'The number of operations performed on the configuration component.',
    labels: COMPONENT_LABELS,
    openLabel: 'component',
    closed: SUCCESS,
    compat: true,
  }),
  configurationLatencies: histogram('dapr_component_configuration_latencies', {
    help: 'The latency of the response from the configuration component.',
    labels: COMPONENT_LABELS,
    openLabel: 'component',
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
  callSeconds: histogram('sidelight_component_call_duration_seconds', {
    help: 'How long calls of components take; Dapr’s own latencies know nothing below a millisecond.',
    labels: ['block', 'component', 'operation', 'success'],
    openLabel: 'component',
    buckets: FINE_BUCKETS_S,
  }),
  lockTotal: counter('sidelight_component_lock_total', {
    help: 'Calls of a lock component, by operation (try_lock, unlock) and result: acquired or held; released, missing or others; failed.',
    labels: ['app_id', 'component', 'namespace', 'operation', 'result'],
    openLabel: 'component',
  }),
  lockSeconds: histogram('sidelight_component_lock_duration_seconds', {
    help: 'How long the calls of a lock component take.',
    labels: ['app_id', 'component', 'namespace', 'operation', 'result'],
    openLabel: 'component',
    buckets: DAPR_LATENCY_BUCKETS_MS.map((ms) => ms / 1_000),
  }),
  egressCount: counter('dapr_component_pubsub_egress_count', {
    help: 'The number of outgoing messages published to the pub/sub component.',
    labels: ['app_id', 'component', 'namespace', 'success', 'topic'],
    openLabel: 'topic',
    closed: SUCCESS,
    compat: true,
  }),
  egressLatencies: histogram('dapr_component_pubsub_egress_latencies', {
    help: 'The latency of the response from the pub/sub component.',
    labels: ['app_id', 'component', 'namespace', 'success', 'topic'],
    openLabel: 'topic',
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
  egressBulkCount: counter('dapr_component_pubsub_egress_bulk_count', {
    help: 'The number of bulk publish calls to the pub/sub component.',
    labels: ['app_id', 'component', 'namespace', 'success', 'topic'],
    openLabel: 'topic',
    closed: SUCCESS,
    compat: true,
  }),
  egressBulkLatencies: histogram('dapr_component_pubsub_egress_bulk_latencies', {
    help: 'The latency of the response for the bulk publish call from the pub/sub component.',
    labels: ['app_id', 'component', 'namespace', 'success', 'topic'],
    openLabel: 'topic',
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
  ingressBulkCount: counter('dapr_component_pubsub_ingress_bulk_count', {
    help: 'The number of incoming bulk subscribe calls arriving from the bulk pub/sub component.',
    labels: ['app_id', 'component', 'namespace', 'process_status', 'topic'],
    openLabel: 'topic',
    compat: true,
  }),
  ingressBulkLatencies: histogram('dapr_component_pubsub_ingress_bulk_latencies', {
    help: 'The consuming app event processing latency for the bulk pub/sub component.',
    labels: ['app_id', 'component', 'namespace', 'process_status', 'topic'],
    openLabel: 'topic',
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
  ingressBulkEventCount: counter('dapr_component_pubsub_ingress_bulk_event_count', {
    help: 'Total number of incoming messages arriving from the bulk pub/sub component via bulk subscribe.',
    labels: ['app_id', 'component', 'namespace', 'process_status', 'topic'],
    openLabel: 'topic',
    compat: true,
  }),
  ingressCount: counter('dapr_component_pubsub_ingress_count', {
    help: 'The number of incoming messages arriving from the pub/sub component.',
    labels: ['app_id', 'component', 'namespace', 'process_status', 'status', 'topic'],
    openLabel: 'topic',
    compat: true,
  }),
  ingressLatencies: histogram('dapr_component_pubsub_ingress_latencies', {
    help: 'The consuming app event processing latency.',
    labels: ['app_id', 'component', 'namespace', 'process_status', 'status', 'topic'],
    openLabel: 'topic',
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
  outputBindingCount: counter('dapr_component_output_binding_count', {
    help: 'The number of operations invoked on the output binding component.',
    labels: COMPONENT_LABELS,
    openLabel: 'component',
    closed: SUCCESS,
    compat: true,
  }),
  outputBindingLatencies: histogram('dapr_component_output_binding_latencies', {
    help: 'The latency of the response from the output binding component.',
    labels: COMPONENT_LABELS,
    openLabel: 'component',
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
  inputBindingCount: counter('dapr_component_input_binding_count', {
    help: 'The number of incoming events arriving from the input binding component.',
    labels: CALL_LABELS,
    openLabel: 'component',
    closed: SUCCESS,
    compat: true,
  }),
  inputBindingLatencies: histogram('dapr_component_input_binding_latencies', {
    help: 'The triggered app event processing latency.',
    labels: CALL_LABELS,
    openLabel: 'component',
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
  conversationCount: counter('dapr_component_conversation_count', {
    help: 'The number of operations performed on the conversation component.',
    labels: CALL_LABELS,
    openLabel: 'component',
    closed: SUCCESS,
    compat: true,
  }),
  conversationLatencies: histogram('dapr_component_conversation_latencies', {
    help: 'The latency of the response from the conversation component.',
    labels: CALL_LABELS,
    openLabel: 'component',
    buckets: DAPR_LATENCY_BUCKETS_MS,
    compat: true,
  }),
  loaded: counter('dapr_runtime_component_loaded', {
    help: 'The number of successfully loaded components.',
    labels: ['app_id'],
    compat: true,
  }),
  initTotal: counter('dapr_runtime_component_init_total', {
    help: 'The number of initialized components.',
    labels: ['app_id', 'component'],
    compat: true,
  }),
  initFailTotal: counter('dapr_runtime_component_init_fail_total', {
    help: 'The number of component initialization failures.',
    labels: ['app_id', 'component', 'reason', 'componentName'],
    openLabel: 'componentName',
    compat: true,
  }),
} as const

/** Recorded if the Configuration asks for it. @see dapr `pkg/diagnostics/errorcode_monitoring.go` */
export const errorMetrics = {
  total: counter('dapr_error_code_total', {
    help: 'Total number of times an error code was encountered.',
    labels: ['app_id', 'error_code', 'category'],
    compat: true,
  }),
} as const

const RESILIENCY_LABELS = [
  'app_id',
  'name',
  'policy',
  'namespace',
  'flow_direction',
  'target',
  'status',
] as const

/** @see dapr `pkg/diagnostics/resiliency_monitoring.go` */
export const resiliencyMetrics = {
  loaded: counter('dapr_resiliency_loaded', {
    help: 'Number of resiliency policies loaded.',
    labels: ['app_id', 'name', 'namespace'],
    compat: true,
  }),
  count: counter('dapr_resiliency_count', {
    help: 'Number of times a resiliency policyKey has been applied to a building block.',
    labels: RESILIENCY_LABELS,
    openLabel: 'target',
    compat: true,
  }),
  activations: counter('dapr_resiliency_activations_total', {
    help: 'Number of times a resiliency policyKey has been activated in a building block after a failure or after a state change.',
    labels: RESILIENCY_LABELS,
    openLabel: 'target',
    compat: true,
  }),
  breakerState: gauge('dapr_resiliency_cb_state', {
    help: 'A circuit breaker’s state, one series each: 1 for the one it is in, else 0.',
    labels: RESILIENCY_LABELS,
    openLabel: 'target',
    compat: true,
  }),
} as const

const CALLER_LABELS = ['app_id', 'trustDomain', 'namespace'] as const
/** Nobody has proven who calls. */
const UNVERIFIED = { app_id: [''], trustDomain: [''], namespace: [''] } as const

/** Decisions about callers; their labels are the caller's, once it has proven who it is. @see dapr `pkg/diagnostics/service_monitoring.go` */
export const accessMetrics = {
  globalAllowed: counter('dapr_runtime_acl_global_policy_action_allowed_total', {
    help: 'The number of requests allowed by the global action specified in the access control policy.',
    labels: CALLER_LABELS,
    closed: UNVERIFIED,
    compat: true,
  }),
  globalBlocked: counter('dapr_runtime_acl_global_policy_action_blocked_total', {
    help: 'The number of requests blocked by the global action specified in the access control policy.',
    labels: CALLER_LABELS,
    closed: UNVERIFIED,
    compat: true,
  }),
} as const

/** Handlers of the pipelines of a Configuration. */
export const middlewareMetrics = {
  requests: counter('sidelight_middleware_requests_total', {
    help: 'Requests that a handler of a pipeline (httpPipeline, appHttpPipeline) was asked about, by outcome: passed, changed, refused, failed.',
    labels: ['pipeline', 'handler', 'outcome'],
    openLabel: 'handler',
    closed: { outcome: ['passed', 'changed', 'refused', 'failed'] },
  }),
} as const

/** What daprd does not tell of messages. */
export const pubsubMetrics = {
  deliveryDelay: histogram('sidelight_pubsub_delivery_delay_seconds', {
    help: 'Time between publish and the begin of the first delivery, where the broker tells when it took the message.',
    labels: ['component', 'topic'],
    openLabel: 'topic',
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 900, 3_600, 21_600, 86_400],
  }),
  deliveries: counter('sidelight_pubsub_deliveries_total', {
    help: 'Deliveries of messages, each try counted, by outcome: success, retry, drop_by_app, drop_by_sidecar (expired, no CloudEvent, no rule takes it), dead_letter.',
    labels: ['component', 'topic', 'outcome'],
    openLabel: 'topic',
  }),
  deliveriesInFlight: gauge('sidelight_pubsub_deliveries_in_flight', {
    help: 'Messages that the app has been given, or waits for in a batch, and has not settled yet.',
    labels: ['component', 'topic'],
    openLabel: 'topic',
  }),
} as const

const EXPORTERS: readonly ExporterName[] = ['zipkin', 'otlp', 'stdout']

/** The telemetry pipeline watches itself. */
export const pipelineMetrics = {
  spansStarted: counter('sidelight_spans_started_total', {
    help: 'Spans that were started, sampled or not.',
    labels: [],
  }),
  samplingDecisions: counter('sidelight_sampling_decisions_total', {
    help: 'Sampling decisions, by the rule that decided (parent, rate, floor, limit, force, or a rule of the Configuration) and by what was decided: sampled, unsampled.',
    labels: ['rule', 'decision'],
    openLabel: 'rule',
    closed: { decision: ['sampled', 'unsampled'] },
  }),
  spansExported: counter('sidelight_exporter_spans_exported_total', {
    help: 'Sampled spans that an exporter delivered.',
    labels: ['exporter'],
    closed: { exporter: EXPORTERS },
  }),
  spansDropped: counter('sidelight_exporter_spans_dropped_total', {
    help: 'Sampled spans that were not exported: queue_full, refused, removed, shutdown.',
    labels: ['exporter', 'reason'],
    closed: { exporter: EXPORTERS, reason: ['queue_full', 'refused', 'removed', 'shutdown'] },
  }),
  exporterUp: gauge('sidelight_exporter_up', {
    help: 'Whether the last export succeeded (1) or failed (0).',
    labels: ['exporter'],
  }),
  requestsRefused: counter('sidelight_requests_refused_total', {
    help: 'Requests whose head was refused before any routing, by status.',
    labels: ['server', 'status'],
    closed: {
      server: ['api', 'public', 'internal', 'metrics'],
      // No tunnel, no HTTP, too slow, too large.
      status: ['400', '408', '431', '501'],
    },
  }),
  seriesFolded: counter('sidelight_metrics_folded_total', {
    help: 'Samples that were recorded under the label value {overflow}, since their metric had reached its bound of series.',
    labels: ['metric', 'label'],
  }),
} as const

/** Metrics that are pushed, besides being scraped. */
export const pushMetrics = {
  pushes: counter('sidelight_metrics_pushes_total', {
    help: 'Pushes of these metrics to an OTLP receiver, by result: pushed, failed. One that failed loses nothing: the next one holds the same counts.',
    labels: ['result'],
    closed: { result: ['pushed', 'failed'] },
  }),
  rejectedPoints: counter('sidelight_metrics_push_rejected_points_total', {
    help: 'Data points that the receiver did not take while it took the rest of a push.',
    labels: [],
  }),
} as const

/** Requests that are kept for their end: errors and slow ones. */
export const keepMetrics = {
  tracesKept: counter('sidelight_keep_traces_total', {
    help: 'Unsampled traces that were kept after all, by reason: error and slow by our own verdict, peer by that of another sidecar.',
    labels: ['reason'],
    closed: { reason: ['error', 'slow', 'peer'] },
  }),
  misses: counter('sidelight_keep_misses_total', {
    help: 'Traces worth keeping whose spans here are lost, by reason: budget, expired, peer_off, peer_unreachable.',
    labels: ['reason'],
    closed: { reason: ['budget', 'expired', 'peer_off', 'peer_unreachable'] },
  }),
  evicted: counter('sidelight_keep_evicted_total', {
    help: 'Unsampled traces that were forgotten before their hold was over, since the ring was full.',
    labels: [],
  }),
  heldSpans: gauge('sidelight_keep_held_spans', {
    help: 'Spans of unsampled requests that wait for a verdict.',
    labels: [],
  }),
  heldBytes: gauge('sidelight_keep_held_bytes', {
    help: 'Estimated memory of the spans that wait for a verdict.',
    labels: [],
  }),
} as const

/** What the app itself records, and its sidecar takes on. */
export const appTelemetryMetrics = {
  spans: counter('sidelight_app_spans_total', {
    help: 'Spans that the app has sent, by outcome: queued for the exporters, held until it is known whether their trace is kept, dropped.',
    labels: ['outcome'],
    closed: { outcome: ['queued', 'held', 'dropped'] },
  }),
  scrapes: counter('sidelight_app_scrapes_total', {
    help: 'Times that the metrics of the app were asked for, by outcome: merged into this page, unreachable, invalid. A page that is not valid is left out whole.',
    labels: ['outcome'],
    closed: { outcome: ['merged', 'unreachable', 'invalid'] },
  }),
  families: counter('sidelight_app_families_dropped_total', {
    help: 'Metric families of the app that were left out of this page, since one of the sidecar has the same name and another type.',
    labels: [],
  }),
} as const

export const tapMetrics = {
  open: gauge('sidelight_taps_open', {
    help: 'Those who watch requests live (sidelight tap and top).',
    labels: [],
  }),
  events: counter('sidelight_tap_events_total', {
    help: 'Requests that those who watch live had asked for, by outcome: sent; skipped, since there were more than they take.',
    labels: ['outcome'],
    closed: { outcome: ['sent', 'skipped'] },
  }),
} as const

export const configurationMetrics = {
  generation: gauge('sidelight_configuration_generation', {
    help: 'Number of the Configuration snapshot in force; grows by one with each change.',
    labels: [],
  }),
  reloads: counter('sidelight_configuration_reloads_total', {
    help: 'Attempts to reload the Configuration, by result: applied, unchanged, rejected.',
    labels: ['result'],
    closed: { result: ['applied', 'unchanged', 'rejected'] },
  }),
  lastReloadSuccessful: gauge('sidelight_configuration_last_reload_successful', {
    help: 'Whether the last change of the Configuration was valid (1) or was rejected and the last good one stays (0).',
    labels: [],
  }),
} as const

/** Components, Subscriptions and Resiliencies. */
export const resourceMetrics = {
  generation: gauge('sidelight_resources_generation', {
    help: 'Number of the resources in force; grows by one with each change.',
    labels: [],
  }),
  reloads: counter('sidelight_resources_reloads_total', {
    help: 'Attempts to reload the directories of resources, by result: applied, unchanged, rejected.',
    labels: ['result'],
    closed: { result: ['applied', 'unchanged', 'rejected'] },
  }),
  lastReloadSuccessful: gauge('sidelight_resources_last_reload_successful', {
    help: 'Whether the last change of the resources was valid (1) or was rejected and the last good ones stay (0).',
    labels: [],
  }),
  componentsFailed: gauge('sidelight_components_failed', {
    help: 'Components that do not run as their resources ask.',
    labels: [],
  }),
} as const

/** Every metric that a sidecar's own code records. `process_*` and `nodejs_*` come from prom-client. */
export const sidecarCatalogue: readonly MetricDefinition[] = [
  ...Object.values(httpMetrics),
  ...Object.values(invocationMetrics),
  ...Object.values(sidecarMetrics),
  ...Object.values(componentMetrics),
  ...Object.values(accessMetrics),
  ...Object.values(errorMetrics),
  ...Object.values(pubsubMetrics),
  ...Object.values(middlewareMetrics),
  ...Object.values(resiliencyMetrics),
  ...Object.values(pipelineMetrics),
  ...Object.values(pushMetrics),
  ...Object.values(keepMetrics),
  ...Object.values(appTelemetryMetrics),
  ...Object.values(tapMetrics),
  ...Object.values(configurationMetrics),
  ...Object.values(resourceMetrics),
]

/**
 * Attributes of spans. Dapr's keys.
 * @see dapr `pkg/diagnostics/consts/consts.go`
 */
export const attributes = {
  api: 'dapr.api',
  protocol: 'dapr.protocol',
  statusCode: 'dapr.status_code',
  invokeMethod: 'dapr.invoke_method',
  httpMethod: 'http.request.method',
  /** Path only: a query string may hold secrets. daprd adds the query. */
  url: 'url.full',
  /** The client's address, as in daprd. */
  serverAddress: 'server.address',
  serverPort: 'server.port',
  rpcService: 'rpc.service',
  peerName: 'net.peer.name',
  /** Dapr's tags of a state call's span. */
  daprSystem: 'db.system',
  daprStatement: 'db.statement',
  daprStore: 'db.name',
  daprConnection: 'db.connection_string',
  /** Below it, the call of the component, by OpenTelemetry's names. */
  dbSystem: 'db.system.name',
  dbOperation: 'db.operation.name',
  component: 'dapr.component',
  /** The handler of a pipeline that answered. */
  middleware: 'sidelight.middleware',
  messagingSystem: 'messaging.system',
  messagingDestination: 'messaging.destination.name',
  deliveryAttempt: 'sidelight.delivery.attempt',
  /** From publish to the begin of the delivery. */
  deliveryDelayMs: 'sidelight.delivery.delay_ms',
  /** `success`, `retry`, `drop_by_app`, `drop_by_sidecar`, `dead_letter`. */
  deliveryOutcome: 'sidelight.delivery.outcome',
  /** What decided to sample: a rule's name, `rate`, `floor`, `force`, or `keep:` and the reason. */
  samplingRule: 'sidelight.sampling.rule',
  /** The decision's threshold T as in `tracestate`'s `ot=th`: it stands for 1 / (1 - T / 2^56) traces. */
  samplingThreshold: 'sidelight.sampling.threshold',
  /** Of a change's way to the sidecars that it concerns. */
  kubeNamespace: 'k8s.namespace.name',
  resourceName: 'sidelight.resource.name',
  resourceGeneration: 'sidelight.resource.generation',
  /** `applied`, `failed`, `superseded`. */
  rolloutOutcome: 'sidelight.rollout.outcome',
  /** For example `12/12`. */
  rolloutApplied: 'sidelight.rollout.applied',
} as const

/** Request headers that start with this become attributes; {@link SECRET_HEADERS} never do. */
export const ATTRIBUTE_HEADER_PREFIX = 'dapr-'
export const SECRET_HEADERS: ReadonlySet<string> = new Set(['dapr-api-token', 'dapr-app-api-token'])
