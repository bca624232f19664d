import {
  configurationMetrics,
  httpMetrics,
  invocationMetrics,
  pipelineMetrics,
  resourceMetrics,
} from '../../telemetry/index.ts'
import { type Board, COLUMNS } from '../model.ts'
import { processMetrics } from '../process-metrics.ts'
import { CHOSEN, of, orNone, quantile, rate, share, sum } from '../promql.ts'
import { burnRate, unmeasured } from '../rules/burn.ts'
import type { Slo } from '../slo.ts'

const { clientCompletedCount, clientRoundtripLatency, serverRequestCount } = httpMetrics
const answered = sum(rate(clientCompletedCount), 'app_id')
const asked = sum(rate(serverRequestCount), 'app_id')
const calls = rate(invocationMetrics.requestSent)
const failed = { status: '=~"5.."' }

export const overview = (slos: readonly Slo[]): Board => ({
  uid: 'sidelight-overview',
  title: 'Sidelight / Overview',
  question: 'Is everything well, and if not, which app is it?',
  variables: ['namespace', 'app_id'],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          id: 'requests',
          title: 'Requests',
          about: 'Requests a second that sidecars have handed to their apps.',
          kind: 'stat',
          unit: 'per_second',
          width: 4,
          queries: [{ expr: sum(rate(clientCompletedCount)), legend: 'requests' }],
        },
        {
          id: 'errors',
          title: 'Errors',
          about:
            'Share of requests that apps have answered with 5xx. Look for the app in the row below, and open its traces.',
          kind: 'stat',
          unit: 'ratio',
          width: 4,
          thresholds: { warning: 0.01, bad: 0.05 },
          queries: [
            {
              expr: share(sum(rate(clientCompletedCount, failed)), sum(rate(clientCompletedCount))),
              legend: 'errors',
            },
          ],
        },
        {
          id: 'p95',
          title: 'Latency, p95',
          about: 'Nineteen of twenty requests were answered by their app faster than this.',
          kind: 'stat',
          unit: 'milliseconds',
          width: 4,
          thresholds: { warning: 300, bad: 1_000 },
          queries: [{ expr: quantile(0.95, clientRoundtripLatency), legend: 'p95' }],
        },
        {
          id: 'sidecars',
          title: 'Sidecars',
          about: 'Sidecars that were scraped. Fewer than apps run: one is down, or is not found.',
          kind: 'stat',
          unit: 'count',
          width: 4,
          queries: [{ expr: `count(${of(processMetrics.started)})`, legend: 'sidecars' }],
        },
        {
          id: 'dropped-spans',
          title: 'Dropped spans',
          about:
            'Sampled spans a second that no backend has got. Above 0: the board of the telemetry pipeline says why.',
          kind: 'stat',
          unit: 'per_second',
          width: 4,
          thresholds: { warning: 0.001, bad: 1 },
          queries: [{ expr: sum(rate(pipelineMetrics.spansDropped)), legend: 'spans' }],
        },
        {
          id: 'rejected-edits',
          title: 'Rejected edits',
          about:
            'Sidecars whose last edit of the Configuration or of other resources was bad: they run on what was before. `sidelight doctor` names the line.',
          kind: 'stat',
          unit: 'count',
          width: 4,
          thresholds: { warning: 1, bad: 1 },
          queries: [
            {
              expr: `sum(2 - ${of(configurationMetrics.lastReloadSuccessful)} - ${of(resourceMetrics.lastReloadSuccessful)})`,
              legend: 'edits',
            },
          ],
        },
      ],
    },
    {
      title: 'Objectives',
      panels: slos.map((slo) => ({
        id: `slo-${slo.name}`,
        title: `Budget of ${slo.name}, spent how fast`,
        about: `1 spends exactly what is allowed (${percent(1 - slo.objective)} bad answers); 14 pages somebody. Taken over the last hour.`,
        kind: 'lines',
        unit: 'count',
        width: COLUMNS / slos.length,
        thresholds: { warning: 1, bad: 14.4 },
        link: 'traces',
        queries: [
          { expr: burnRate(slo, '1h', CHOSEN), legend: '{{app_id}}' },
          ...(slo.withinMs === undefined
            ? []
            : [
                {
                  expr: `0 * (${unmeasured(slo, slo.withinMs, CHOSEN)})`,
                  legend: `{{app_id}} is not measured: its histogram has no bound of ${slo.withinMs} ms`,
                },
              ]),
        ],
      })),
    },
    {
      title: 'Apps',
      panels: [
        {
          id: 'app-requests',
          title: 'Requests by app',
          about: 'What each app has answered, a second.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          link: 'service',
          queries: [{ expr: answered, legend: '{{app_id}}' }],
        },
        {
          id: 'app-errors',
          title: 'Errors by app',
          about: 'Share of 5xx among the answers of each app. A click opens its failed traces.',
          kind: 'lines',
          unit: 'ratio',
          width: 8,
          thresholds: { warning: 0.01, bad: 0.05 },
          link: 'traces',
          queries: [
            {
              expr: share(sum(rate(clientCompletedCount, failed), 'app_id'), answered),
              legend: '{{app_id}}',
            },
          ],
        },
        {
          id: 'app-latency',
          title: 'Latency by app, p95',
          about:
            'How long each app takes to answer its sidecar. A point opens a trace that was as slow.',
          kind: 'lines',
          unit: 'milliseconds',
          width: 8,
          thresholds: { warning: 300, bad: 1_000 },
          link: 'traces',
          queries: [
            {
              expr: quantile(0.95, clientRoundtripLatency, ['app_id']),
              legend: '{{app_id}}',
            },
          ],
        },
        {
          id: 'apps',
          title: 'Apps',
          about:
            'Each app with its rate, errors and latency: what it answers, and what it asks its sidecar for.',
          kind: 'table',
          unit: 'count',
          width: 8,
          link: 'service',
          queries: [
            { id: 'answered/s', expr: orNone(answered, asked), legend: '' },
            {
              id: 'errors/s',
              expr: orNone(
                sum(rate(clientCompletedCount, failed), 'app_id'),
                orNone(answered, asked),
              ),
              legend: '',
            },
            {
              id: 'p95, ms',
              expr: quantile(0.95, clientRoundtripLatency, ['app_id']),
              legend: '',
            },
            { id: 'asked/s', expr: orNone(asked, answered), legend: '' },
          ],
        },
        {
          id: 'map',
          title: 'Who calls whom',
          about:
            'Service invocations a second, of those who call now. Messages and state are on their own board.',
          kind: 'map',
          unit: 'per_second',
          width: 16,
          queries: [
            // Whoever calls or is called is in it, also one that has no app, or no sidecar.
            {
              id: 'nodes',
              expr: orNone(
                orNone(answered, sum(calls, 'app_id')),
                sum(
                  `label_replace(${sum(calls, 'dst_app_id')}, "app_id", "$1", "dst_app_id", "(.*)")`,
                  'app_id',
                ),
              ),
              legend: '{{app_id}}',
            },
            {
              id: 'edges',
              expr: `${sum(calls, 'app_id', 'dst_app_id')} > 0`,
              legend: '{{app_id}} → {{dst_app_id}}',
            },
          ],
        },
      ],
    },
  ],
})

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`
