/* A table: every metric of the operator is declared here, and nowhere else. */
import { pipelineMetrics } from './catalogue.ts'
import { counter, gauge, histogram, type MetricDefinition } from './metrics.ts'

export const operatorMetrics = {
  serviceCreated: counter('dapr_operator_service_created_total', {
    help: 'The total number of dapr services created.',
    labels: ['app_id'],
    compat: true,
  }),
  serviceUpdated: counter('dapr_operator_service_updated_total', {
    help: 'The total number of dapr services updated.',
    labels: ['app_id'],
    compat: true,
  }),
  serviceDeleted: counter('dapr_operator_service_deleted_total', {
    help: 'The total number of dapr services deleted.',
    labels: ['app_id'],
    compat: true,
  }),
  leader: gauge('sidelight_operator_leader', {
    help: '1 on the replica that serves sidecars and writes, 0 on the others.',
    labels: [],
  }),
  streams: gauge('sidelight_operator_streams', {
    help: 'Sidecars that are connected.',
    labels: [],
  }),
  streamsRefused: counter('sidelight_operator_streams_refused_total', {
    help: 'Sidecars that were turned away, by status: 401 no valid token, 503 not the leader.',
    labels: ['status'],
  }),
  sent: counter('sidelight_operator_snapshots_sent_total', {
    help: 'Sidecars that were told of a change, each change counted once for each.',
    labels: [],
  }),
  fanOut: histogram('sidelight_operator_fan_out_seconds', {
    help: 'Time to hand one change to all sidecars that it concerns.',
    labels: [],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  }),
  rollouts: histogram('sidelight_operator_rollout_seconds', {
    help: 'Time from a change until the status says that every sidecar runs it (applied), or which one does not (failed); superseded = the next change came first.',
    labels: ['kind', 'outcome'],
    closed: { outcome: ['applied', 'failed', 'superseded'] },
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
  }),
  acknowledgements: counter('sidelight_operator_acknowledgements_total', {
    help: 'Answers of sidecars, by outcome.',
    labels: ['outcome'],
  }),
  statusWrites: counter('sidelight_operator_status_writes_total', {
    help: 'Status of resources that was written, by kind.',
    labels: ['kind'],
  }),
  failures: counter('sidelight_operator_reconcile_failures_total', {
    help: 'What could not be made so and is tried again, by what it is.',
    labels: ['queue'],
  }),
  resources: gauge('sidelight_operator_resources', {
    help: 'Resources of the cluster, by kind.',
    labels: ['kind'],
  }),
  pods: gauge('sidelight_operator_injected_pods', {
    help: 'Pods with a sidecar that are not finished.',
    labels: [],
  }),
  podsWithout: gauge('sidelight_operator_pods_without_sidecar', {
    help: 'Pods that ask for a sidecar and have none: the injector was away when they were made.',
    labels: [],
  }),
  apiRequests: counter('sidelight_kube_requests_total', {
    help: 'Requests to the API server, by method and status; status 0 = no answer.',
    labels: ['method', 'status'],
  }),
  watchRestarts: counter('sidelight_kube_watch_restarts_total', {
    help: 'Watches that began again: resume = in order, relist = what lay between had expired, error = after a pause.',
    labels: ['kind', 'reason'],
  }),
  certificateExpiry: gauge('sidelight_operator_certificate_expiry_timestamp_seconds', {
    help: 'When the serving certificate ends; it is renewed at half of its life.',
    labels: [],
  }),
  spansExported: pipelineMetrics.spansExported,
  spansDropped: pipelineMetrics.spansDropped,
  exporterUp: pipelineMetrics.exporterUp,
  seriesFolded: pipelineMetrics.seriesFolded,
} as const

/** Every metric of the operator program. */
export const operatorCatalogue: readonly MetricDefinition[] = Object.values(operatorMetrics)
