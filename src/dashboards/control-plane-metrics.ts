import { counter, gauge, injectorMetrics, operatorMetrics } from '../telemetry/index.ts'

/**
 * What the services of Dapr's own control plane say of themselves, in a cluster that runs Dapr; of these, ours
 * records those of injector and operator. Two gauges of placement end like counters; that is their name.
 *
 * @see dapr `pkg/injector/service/metrics.go`, `pkg/{operator,sentry,placement}/monitoring/metrics.go` (v1.18.3)
 */
export const controlPlaneMetrics = {
  injectionRequests: injectorMetrics.requests,
  injectionSucceeded: injectorMetrics.succeeded,
  injectionFailed: injectorMetrics.failed,
  serviceCreated: operatorMetrics.serviceCreated,
  serviceUpdated: operatorMetrics.serviceUpdated,
  signRequested: counter('dapr_sentry_cert_sign_request_received_total', {
    help: 'The number of CSRs received.',
    labels: [],
  }),
  signSucceeded: counter('dapr_sentry_cert_sign_success_total', {
    help: 'The number of certificates issuances that have succeeded.',
    labels: [],
  }),
  signFailed: counter('dapr_sentry_cert_sign_failure_total', {
    help: 'The number of errors occurred when signing the CSR.',
    labels: ['reason'],
  }),
  serverCertFailed: counter('dapr_sentry_servercert_issue_failed_total', {
    help: 'The number of server TLS certificate issuance failures.',
    labels: ['reason'],
  }),
  issuerChanged: counter('dapr_sentry_issuercert_changed_total', {
    help: 'The number of issuer cert updates, when issuer cert or key is changed.',
    labels: [],
  }),
  issuerExpiry: gauge('dapr_sentry_issuercert_expiry_timestamp', {
    help: 'The unix timestamp, in seconds, when issuer/root cert will expire.',
    labels: [],
  }),
  runtimes: gauge('dapr_placement_runtimes_total', {
    help: 'The total number of runtimes reported to placement service.',
    labels: ['host_namespace'],
  }),
  actorRuntimes: gauge('dapr_placement_actor_runtimes_total', {
    help: 'The total number of actor runtimes reported to placement service.',
    labels: ['host_namespace'],
  }),
  leader: gauge('dapr_placement_leader_status', {
    help: 'The leadership status of this placement service.',
    labels: [],
  }),
} as const
