import {
  httpMetrics,
  invocationMetrics,
  pipelineMetrics,
  sidecarMetrics,
} from '../../telemetry/index.ts'
import type { Board } from '../model.ts'
import { buckets, quantile, rate, share, sum } from '../promql.ts'

const { clientCompletedCount, clientRoundtripLatency, serverLatency, serverRequestCount } =
  httpMetrics
const failed = { status: '=~"5.."' }

export const service: Board = {
  uid: 'sidelight-service',
  title: 'Sidelight / Service',
  question: 'How does one app do, operation by operation, and whom does it wait for?',
  variables: ['namespace', 'app_id'],
  rows: [
    {
      title: 'What the app answers',
      panels: [
        {
          id: 'requests',
          title: 'Requests by operation',
          about: 'What the sidecar has handed to the app, a second. Ids in paths are folded.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          link: 'traces',
          queries: [
            {
              expr: sum(rate(clientCompletedCount), 'app_id', 'method', 'path'),
              legend: '{{app_id}} {{method}} {{path}}',
            },
          ],
        },
        {
          id: 'errors',
          title: 'Errors by operation',
          about:
            'Share of answers with 5xx. An operation with few requests jumps: look at both panels. The first answer of a status begins its count, which no rate sees: of one alone, only the trace tells.',
          kind: 'lines',
          unit: 'ratio',
          width: 8,
          thresholds: { warning: 0.01, bad: 0.05 },
          link: 'traces',
          queries: [
            {
              expr: share(
                sum(rate(clientCompletedCount, failed), 'app_id', 'method', 'path'),
                sum(rate(clientCompletedCount), 'app_id', 'method', 'path'),
              ),
              legend: '{{app_id}} {{method}} {{path}}',
            },
          ],
        },
        {
          id: 'statuses',
          title: 'Answers by status',
          about: '4xx are the caller’s mistakes, 5xx the app’s.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          queries: [
            {
              expr: sum(rate(clientCompletedCount), 'app_id', 'status'),
              legend: '{{app_id}} {{status}}',
            },
          ],
        },
        {
          id: 'latency',
          title: 'Latency: p50, p95, p99',
          about:
            'From the request’s head to the last byte of the app’s answer. A point opens a trace that was as slow.',
          kind: 'lines',
          unit: 'milliseconds',
          width: 12,
          link: 'traces',
          queries: [0.5, 0.95, 0.99].map((q) => ({
            expr: quantile(q, clientRoundtripLatency, ['app_id']),
            legend: `{{app_id}} p${q * 100}`,
          })),
        },
        {
          id: 'latency-map',
          title: 'Latency, all of it',
          about:
            'How many requests took how long. Two bands are two kinds of request, which a percentile would hide.',
          kind: 'heatmap',
          unit: 'milliseconds',
          width: 12,
          queries: [{ expr: buckets(clientRoundtripLatency), legend: '{{le}}' }],
        },
      ],
    },
    {
      title: 'What it asks of its sidecar',
      panels: [
        {
          id: 'asked',
          title: 'Calls of the API',
          about: 'State, publish, invoke and the rest, a second, by path.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          queries: [
            {
              expr: sum(rate(serverRequestCount), 'app_id', 'method', 'path'),
              legend: '{{app_id}} {{method}} {{path}}',
            },
          ],
        },
        {
          id: 'asked-latency',
          title: 'Latency of the API, p95',
          about: 'Whatever it waits for included: the store, the broker, the other app.',
          kind: 'lines',
          unit: 'milliseconds',
          width: 8,
          link: 'traces',
          queries: [
            {
              expr: quantile(0.95, serverLatency, ['app_id', 'method', 'path']),
              legend: '{{app_id}} {{method}} {{path}}',
            },
          ],
        },
        {
          id: 'sampled',
          title: 'Share of requests that are sampled',
          about:
            'Decisions of the sampler, by the rule that decided. A rule that keeps nothing is worth a look: `sidelight config what-if`.',
          kind: 'lines',
          unit: 'ratio',
          width: 8,
          queries: [
            {
              expr: share(
                sum(
                  rate(pipelineMetrics.samplingDecisions, { decision: '="sampled"' }),
                  'app_id',
                  'rule',
                ),
                sum(rate(pipelineMetrics.samplingDecisions), 'app_id', 'rule'),
              ),
              legend: '{{app_id}} {{rule}}',
            },
          ],
        },
        {
          id: 'added',
          title: 'What the sidecar adds: p50, p95, p99',
          about:
            'To an invocation, from the head of the request to the head of the answer, without what the target took; by the port it came in on. Growing: look at the event loop on the board of the sidecars.',
          kind: 'lines',
          unit: 'seconds',
          width: 12,
          thresholds: { warning: 0.01, bad: 0.1 },
          link: 'traces',
          queries: [0.5, 0.95, 0.99].map((q) => ({
            expr: quantile(q, sidecarMetrics.addedLatency, ['app_id', 'server']),
            legend: `{{app_id}} {{server}} p${q * 100}`,
          })),
        },
        {
          id: 'callees',
          title: 'Whom it calls',
          about: 'Invocations of other apps, a second.',
          kind: 'table',
          unit: 'per_second',
          width: 12,
          queries: [
            {
              id: 'sent/s',
              expr: sum(rate(invocationMetrics.requestSent), 'app_id', 'dst_app_id'),
              legend: '',
            },
          ],
        },
      ],
    },
  ],
}
