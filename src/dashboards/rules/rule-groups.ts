import type { Slo } from '../slo.ts'
import { type Alert, alerts, BURN_WINDOWS, burnAlerts, unmeasuredAlerts } from './alerts.ts'
import { badShare, recordedShare } from './burn.ts'

/** Where the pages lie that an alert leads to. */
const RUNBOOKS = 'docs/runbooks'

/** Prometheus' form of a file of rules. */
export interface RuleFile {
  readonly groups: readonly {
    readonly name: string
    readonly rules: readonly object[]
  }[]
}

/** @see https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/ */
export const recordingRules = (slos: readonly Slo[]): RuleFile => ({
  groups: slos.map((slo) => ({
    name: `sidelight-slo-${slo.name}`,
    rules: BURN_WINDOWS.map((window) => ({
      record: recordedShare(window),
      expr: badShare(slo, window),
      labels: { slo: slo.name },
    })),
  })),
})

/** @see https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
export const alertingRules = (slos: readonly Slo[]): RuleFile => ({
  groups: [
    {
      name: 'sidelight-objectives',
      rules: [...slos.flatMap(burnAlerts), ...slos.flatMap(unmeasuredAlerts)].map(toRule),
    },
    { name: 'sidelight', rules: alerts.map(toRule) },
  ],
})

const toRule = ({ name, expr, for: lasts, severity, summary, runbook, labels }: Alert): object => ({
  alert: name,
  expr,
  for: lasts,
  labels: { severity, ...labels },
  annotations: { summary, runbook: `${RUNBOOKS}/${runbook}.md` },
})
