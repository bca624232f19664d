import {
  backendMetrics,
  configurationMetrics,
  pipelineMetrics,
  pubsubMetrics,
  resiliencyMetrics,
  resourceMetrics,
} from '../../telemetry/index.ts'
import { controlPlaneMetrics } from '../control-plane-metrics.ts'
import { processMetrics } from '../process-metrics.ts'
import type { Slo } from '../slo.ts'
import { recordedShare, unmeasured } from './burn.ts'

const DAY_S = 86_400
const APP = '{{ $labels.app_id }}'

/** The Prometheus Operator writes a namespace before the job's name. The backend has a job of its own. */
const SIDECARS = 'job=~"(.*/)?sidelight"'

/** `page`: now. `ticket`: in working hours. */
export type Severity = 'page' | 'ticket'

export interface Alert {
  readonly name: string
  readonly expr: string
  readonly for: string
  readonly severity: Severity
  /** One line, with `{{ $labels.app_id }}`. */
  readonly summary: string
  /** File name under `docs/runbooks`. */
  readonly runbook: string
  readonly labels?: Readonly<Record<string, string>>
}

/**
 * Two windows each: the long one says that it matters, the short one that it still goes on. The factors spend 2 % of a
 * month's budget in an hour, and 5 % in six.
 *
 * @see https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts
 */
const BURNS = [
  { speed: 'Fast', short: '5m', long: '1h', factor: 14.4, for: '2m', severity: 'page' },
  { speed: 'Slow', short: '30m', long: '6h', factor: 6, for: '15m', severity: 'ticket' },
] as const

/** The windows that are recorded. */
export const BURN_WINDOWS: readonly string[] = BURNS.flatMap(({ short, long }) => [short, long])

export const burnAlerts = ({ name, objective }: Slo): readonly Alert[] =>
  BURNS.map(({ speed, short, long, factor, for: lasts, severity }) => {
    const limit = Number((factor * (1 - objective)).toPrecision(6))
    const over = (window: string): string => `${recordedShare(window)}{slo="${name}"} > ${limit}`
    return {
      name: `SidelightErrorBudgetBurn${speed}`,
      expr: `${over(short)} and ${over(long)}`,
      for: lasts,
      severity,
      summary: `${APP} spends its budget of ${name} ${factor} times too fast`,
      runbook: 'error-budget-burn',
      labels: { slo: name },
    }
  })

/** An objective of latency that cannot be seen for an app would be kept by it for ever. */
export const unmeasuredAlerts = (slo: Slo): readonly Alert[] =>
  slo.withinMs === undefined
    ? []
    : [
        {
          name: 'SidelightObjectiveUnmeasured',
          expr: unmeasured(slo, slo.withinMs),
          for: '15m',
          severity: 'ticket',
          summary: `the histogram of ${APP} has no bound of ${slo.withinMs} ms: nobody sees whether it keeps ${slo.name}`,
          runbook: 'objective-unmeasured',
          labels: { slo: slo.name },
        },
      ]

export const alerts: readonly Alert[] = [
  {
    name: 'SidelightSidecarDown',
    expr: `up{${SIDECARS}} == 0`,
    for: '2m',
    severity: 'page',
    summary: 'the sidecar {{ $labels.instance }} does not answer',
    runbook: 'sidecar-down',
  },
  {
    name: 'SidelightSidecarRestarts',
    expr: `changes(${processMetrics.started.name}{${SIDECARS}}[15m]) > 2`,
    for: '0m',
    severity: 'page',
    summary: `the sidecar of ${APP} starts again and again`,
    runbook: 'sidecar-restarts',
  },
  {
    name: 'SidelightExporterDown',
    expr: `${pipelineMetrics.exporterUp.name} == 0`,
    for: '5m',
    severity: 'ticket',
    summary: `the spans of ${APP} do not reach {{ $labels.exporter }}`,
    runbook: 'exporter-down',
  },
  {
    name: 'SidelightSpansDropped',
    expr: `sum by (app_id, exporter, reason) (rate(${pipelineMetrics.spansDropped.name}[5m])) > 0`,
    for: '10m',
    severity: 'ticket',
    summary: `spans of ${APP} are lost ({{ $labels.reason }})`,
    runbook: 'spans-dropped',
  },
  {
    name: 'SidelightConfigurationRejected',
    expr: `${configurationMetrics.lastReloadSuccessful.name} == 0`,
    for: '1m',
    severity: 'ticket',
    summary: `the last edit of the Configuration of ${APP} was bad, the one before is in force`,
    runbook: 'configuration-rejected',
  },
  {
    name: 'SidelightResourcesRejected',
    expr: `${resourceMetrics.lastReloadSuccessful.name} == 0`,
    for: '1m',
    severity: 'ticket',
    summary: `the last edit of Components, Subscriptions or Resiliencies of ${APP} was bad, those before are in force`,
    runbook: 'configuration-rejected',
  },
  {
    name: 'SidelightComponentFailed',
    expr: `${resourceMetrics.componentsFailed.name} > 0`,
    for: '1m',
    severity: 'ticket',
    summary: `{{ $value }} components of ${APP} do not run as their resources ask`,
    runbook: 'component-failed',
  },
  {
    name: 'SidelightDeadLetters',
    expr: `sum by (app_id, topic) (increase(${pubsubMetrics.deliveries.name}{outcome="dead_letter"}[15m])) > 0`,
    for: '0m',
    severity: 'ticket',
    summary: `${APP} did not take messages of {{ $labels.topic }}`,
    runbook: 'dead-letters',
  },
  {
    name: 'SidelightBreakerOpen',
    expr: `max by (app_id, target) (${resiliencyMetrics.breakerState.name}{status="open"}) == 1`,
    for: '5m',
    severity: 'ticket',
    summary: `${APP} does not call {{ $labels.target }} any more: its breaker is open`,
    runbook: 'breaker-open',
  },
  {
    name: 'SidelightSeriesFolded',
    expr: `sum by (app_id, metric, label) (rate(${pipelineMetrics.seriesFolded.name}[15m])) > 0`,
    for: '15m',
    severity: 'ticket',
    summary:
      'the label {{ $labels.label }} of {{ $labels.metric }} has too many values in {{ $labels.app_id }}',
    runbook: 'series-folded',
  },
  {
    name: 'DaprIssuerCertificateExpires',
    expr: `${controlPlaneMetrics.issuerExpiry.name} - time() < ${30 * DAY_S}`,
    for: '5m',
    severity: 'ticket',
    summary:
      'the certificate by which Dapr’s sentry signs those of all sidecars expires in {{ $value | humanizeDuration }}',
    runbook: 'issuer-certificate-expires',
  },
  {
    name: 'SidelightBackendDown',
    expr: 'up{job="sidelight-backend"} == 0',
    for: '2m',
    severity: 'page',
    summary: 'the trace backend {{ $labels.instance }} does not answer',
    runbook: 'backend-down',
  },
  {
    name: 'SidelightBackendStoreDown',
    expr: `${backendMetrics.storeUp.name} == 0`,
    for: '1m',
    severity: 'page',
    summary: 'the trace backend {{ $labels.instance }} cannot write',
    runbook: 'backend-store-down',
  },
]
