import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse, stringify } from 'yaml'
import { requirePartner } from '../support/partners.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const DIRECTORY = fileURLToPath(new URL('../../dashboards/prometheus/', import.meta.url))
const RULES = ['recording.rules.yaml', 'alerting.rules.yaml'].map((name) => DIRECTORY + name)
const RUNBOOKS = fileURLToPath(new URL('../../', import.meta.url))

type Labels = Readonly<Record<string, string>>
interface Rule {
  readonly alert: string
  readonly labels: Labels
  readonly annotations: { readonly summary: string; readonly runbook: string }
}
interface Case {
  readonly alert: string
  /** What the alert is about, besides the labels of its rule. */
  readonly about: Labels
  /** A sample a minute, in promtool's notation. */
  readonly fires: Labels
  readonly quiet: Labels
  readonly at: string
  /** Where its summary says one. */
  readonly value?: string
  /** Of the rule, when one name has several. */
  readonly slo?: string
}

const requests = (status: string) =>
  `dapr_http_client_completed_count{app_id="orders", path="/new", status="${status}"}`
const slow = (rest: string) => `dapr_http_client_roundtrip_latency_${rest}`
const DAY_S = 86_400
const about = (app: string, more: Labels = {}): Labels => ({ app_id: app, ...more })

const CASES: readonly Case[] = [
  {
    alert: 'SidelightErrorBudgetBurnFast',
    slo: 'availability',
    about: about('orders'),
    fires: { [requests('200')]: '0+97x180', [requests('500')]: '0+3x180' },
    quiet: { [requests('200')]: '0+990x180', [requests('500')]: '0+10x180' },
    at: '2h',
  },
  {
    alert: 'SidelightErrorBudgetBurnSlow',
    slo: 'availability',
    about: about('orders'),
    fires: { [requests('200')]: '0+990x600', [requests('500')]: '0+10x600' },
    quiet: { [requests('200')]: '0+1000x600', [requests('500')]: '0+1x600' },
    at: '9h',
  },
  {
    alert: 'SidelightErrorBudgetBurnFast',
    slo: 'latency',
    about: about('orders'),
    fires: {
      [slow('bucket{app_id="orders", le="300"}')]: '0+80x180',
      [slow('count{app_id="orders"}')]: '0+100x180',
    },
    quiet: {
      [slow('bucket{app_id="orders", le="300.0"}')]: '0+95x180',
      [slow('count{app_id="orders"}')]: '0+100x180',
    },
    at: '2h',
  },
  {
    alert: 'SidelightErrorBudgetBurnSlow',
    slo: 'latency',
    about: about('orders'),
    fires: {
      [slow('bucket{app_id="orders", le="300.0"}')]: '0+90x600',
      [slow('count{app_id="orders"}')]: '0+100x600',
    },
    quiet: {
      [slow('bucket{app_id="orders", le="300"}')]: '0+99x600',
      [slow('count{app_id="orders"}')]: '0+100x600',
    },
    at: '9h',
  },
  {
    alert: 'SidelightObjectiveUnmeasured',
    slo: 'latency',
    about: about('orders'),
    fires: {
      [slow('bucket{app_id="orders", le="200"}')]: '0+80x30',
      [slow('count{app_id="orders"}')]: '0+100x30',
      [slow('bucket{app_id="stock", le="300"}')]: '0+80x30',
    },
    quiet: {
      [slow('bucket{app_id="orders", le="300.0"}')]: '0+80x30',
      [slow('count{app_id="orders"}')]: '0+100x30',
    },
    at: '20m',
  },
  {
    alert: 'DaprIssuerCertificateExpires',
    about: { job: 'dapr' },
    // Time begins at 0.
    fires: { 'dapr_sentry_issuercert_expiry_timestamp{job="dapr"}': `${10 * DAY_S + 600}x10` },
    quiet: { 'dapr_sentry_issuercert_expiry_timestamp{job="dapr"}': `${30 * DAY_S + 600}x10` },
    value: '10d 0h 0m 0s',
    at: '10m',
  },
  {
    alert: 'SidelightSidecarDown',
    about: { job: 'sidelight', instance: 'a:1' },
    fires: { 'up{job="sidelight", instance="a:1"}': '1 1 0 0 0 0' },
    quiet: {
      'up{job="monitoring/sidelight", instance="a:1"}': '1 1 0 1 1 1',
      'up{job="sidelight-backend", instance="a:2"}': '0 0 0 0 0 0',
    },
    at: '5m',
  },
  {
    alert: 'SidelightSidecarRestarts',
    about: about('orders', { job: 'sidelight' }),
    fires: { 'process_start_time_seconds{app_id="orders", job="sidelight"}': '1 2 3 4 4 4' },
    quiet: { 'process_start_time_seconds{app_id="orders", job="sidelight"}': '1 1 1 2 2 2' },
    at: '5m',
  },
  {
    alert: 'SidelightExporterDown',
    about: about('orders', { exporter: 'zipkin' }),
    fires: { 'sidelight_exporter_up{app_id="orders", exporter="zipkin"}': '1 0x10' },
    quiet: { 'sidelight_exporter_up{app_id="orders", exporter="zipkin"}': '0 0 1 0 0 1 0 0' },
    at: '7m',
  },
  {
    alert: 'SidelightSpansDropped',
    about: about('orders', { exporter: 'zipkin', reason: 'queue_full' }),
    fires: {
      'sidelight_exporter_spans_dropped_total{app_id="orders", exporter="zipkin", reason="queue_full"}':
        '0+5x30',
    },
    quiet: {
      'sidelight_exporter_spans_dropped_total{app_id="orders", exporter="zipkin", reason="queue_full"}':
        '0 5 5x28',
    },
    at: '20m',
  },
  {
    alert: 'SidelightConfigurationRejected',
    about: about('orders'),
    fires: { 'sidelight_configuration_last_reload_successful{app_id="orders"}': '1 0 0 0' },
    quiet: { 'sidelight_configuration_last_reload_successful{app_id="orders"}': '1 0 1 1' },
    at: '3m',
  },
  {
    alert: 'SidelightResourcesRejected',
    about: about('orders'),
    fires: { 'sidelight_resources_last_reload_successful{app_id="orders"}': '1 0 0 0' },
    quiet: { 'sidelight_resources_last_reload_successful{app_id="orders"}': '1 0 1 1' },
    at: '3m',
  },
  {
    alert: 'SidelightComponentFailed',
    about: about('orders'),
    fires: { 'sidelight_components_failed{app_id="orders"}': '0 2 2 2' },
    quiet: { 'sidelight_components_failed{app_id="orders"}': '0 2 0 2' },
    value: '2',
    at: '3m',
  },
  {
    alert: 'SidelightDeadLetters',
    about: about('orders', { topic: 'new' }),
    fires: {
      'sidelight_pubsub_deliveries_total{app_id="orders", topic="new", outcome="dead_letter"}':
        '0 0 1 1 1',
    },
    quiet: {
      'sidelight_pubsub_deliveries_total{app_id="orders", topic="new", outcome="dead_letter"}':
        '3 3 3 3 3',
    },
    at: '4m',
  },
  {
    alert: 'SidelightBreakerOpen',
    about: about('orders', { target: 'app_stock' }),
    fires: {
      'dapr_resiliency_cb_state{app_id="orders", target="app_stock", status="open"}': '1x10',
    },
    quiet: {
      'dapr_resiliency_cb_state{app_id="orders", target="app_stock", status="open"}':
        '1 1 0 1 1 1 0 1',
    },
    at: '8m',
  },
  {
    alert: 'SidelightSeriesFolded',
    about: about('orders', { metric: 'dapr_http_server_latency', label: 'path' }),
    fires: {
      'sidelight_metrics_folded_total{app_id="orders", metric="dapr_http_server_latency", label="path"}':
        '0+9x60',
    },
    quiet: {
      'sidelight_metrics_folded_total{app_id="orders", metric="dapr_http_server_latency", label="path"}':
        '7x60',
    },
    at: '40m',
  },
  {
    alert: 'SidelightBackendDown',
    about: { job: 'sidelight-backend', instance: 'a:9411' },
    fires: { 'up{job="sidelight-backend", instance="a:9411"}': '1 1 0 0 0 0' },
    quiet: {
      'up{job="sidelight-backend", instance="a:9411"}': '1 1 0 1 1 1',
      'up{job="sidelight", instance="a:1"}': '0 0 0 0 0 0',
    },
    at: '5m',
  },
  {
    alert: 'SidelightBackendStoreDown',
    about: { instance: 'a:9411' },
    fires: { 'sidelight_backend_store_up{instance="a:9411"}': '1 0 0 0' },
    quiet: { 'sidelight_backend_store_up{instance="a:9411"}': '1 0 1 1' },
    at: '3m',
  },
]

async function readAlerts(): Promise<readonly Rule[]> {
  const { groups } = parse(await readFile(RULES[1] ?? '', 'utf8'))
  return (groups as { rules: Rule[] }[]).flatMap(({ rules }) => rules)
}

const filledIn = (text: string, labels: Labels, value: string): string =>
  text
    .replace(/\{\{ \$value[^}]*\}\}/, value)
    .replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '')

describe('the rules of Prometheus [promtool]', () => {
  test('are what Prometheus reads', async function () {
    const promtool = requirePartner(this, 'promtool')
    await promisify(execFile)(promtool, ['check', 'config', `${DIRECTORY}prometheus.yaml`])
  })

  test('and so is the one for clusters, but for the lister of pods that Debian builds without', async function () {
    const promtool = requirePartner(this, 'promtool')
    await using directory = await temporaryDirectory()
    const text = await readFile(`${DIRECTORY}prometheus.kubernetes.yaml`, 'utf8')
    const { scrape_configs, ...rest } = parse(text)
    const jobs = (scrape_configs as Record<string, object[]>[]).map(
      ({ kubernetes_sd_configs, ...job }) => {
        assert.deepEqual(
          kubernetes_sd_configs?.map((each) => (each as { role: string }).role),
          ['pod'],
        )
        return job
      },
    )
    const file = directory.file('prometheus.yaml')
    await writeFile(file, stringify({ ...rest, rule_files: RULES, scrape_configs: jobs }))
    await promisify(execFile)(promtool, ['check', 'config', file])
  })

  test('have a proof and a page each', async () => {
    const alerts = await readAlerts()
    assert.deepEqual(
      new Set(alerts.map(({ alert, labels }) => `${alert} ${labels.slo ?? ''}`)),
      new Set(CASES.map(({ alert, slo }) => `${alert} ${slo ?? ''}`)),
    )
    for (const { annotations } of alerts)
      assert.match(await readFile(RUNBOOKS + annotations.runbook, 'utf8'), /^# /)
  })

  for (const { alert, slo, about: labels, fires, quiet, at, value = '' } of CASES)
    test(`${alert}${slo === undefined ? '' : ` of ${slo}`} fires, and is quiet`, async function () {
      const promtool = requirePartner(this, 'promtool')
      const rule = (await readAlerts()).find(
        (each) => each.alert === alert && each.labels.slo === slo,
      )
      assert.ok(rule)
      const all = { ...labels, ...rule.labels }
      const expected = {
        exp_labels: all,
        exp_annotations: {
          summary: filledIn(rule.annotations.summary, all, value),
          runbook: rule.annotations.runbook,
        },
      }
      const testOf = (series: Labels, alerts: readonly object[]) => ({
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: alerts }],
      })
      await using directory = await temporaryDirectory()
      const file = directory.file('test.yaml')
      await writeFile(
        file,
        stringify({
          rule_files: RULES,
          evaluation_interval: '1m',
          tests: [testOf(fires, [expected]), testOf(quiet, [])],
        }),
      )
      const said = await promisify(execFile)(promtool, ['test', 'rules', file]).catch(
        ({ stdout, stderr }) => ({ stdout: `${stdout}${stderr}` }),
      )
      assert.match(said.stdout, /SUCCESS/, said.stdout)
    })
})
