import { componentMetrics, pubsubMetrics } from '../../telemetry/index.ts'
import type { Board } from '../model.ts'
import { buckets, lastHour, of, quantile, rate, share, sum } from '../promql.ts'

const { callSeconds, stateCount, stateLatencies, egressCount, egressLatencies, ingressLatencies } =
  componentMetrics
const { deliveries, deliveryDelay, deliveriesInFlight } = pubsubMetrics

export const stateAndPubsub: Board = {
  uid: 'sidelight-state-and-pubsub',
  title: 'Sidelight / State and pub/sub',
  question: 'Do stores and brokers keep up, and what becomes of messages?',
  variables: ['namespace', 'app_id'],
  rows: [
    {
      title: 'State',
      panels: [
        {
          id: 'state-operations',
          title: 'Operations',
          about: 'Calls of state stores a second.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          queries: [
            {
              expr: sum(rate(stateCount), 'app_id', 'component', 'operation'),
              legend: '{{app_id}} {{component}} {{operation}}',
            },
          ],
        },
        {
          id: 'state-failures',
          title: 'Failures',
          about:
            'Share of calls that failed; ETag conflicts are among them. The span of a call names the cause.',
          kind: 'lines',
          unit: 'ratio',
          width: 8,
          thresholds: { warning: 0.01, bad: 0.05 },
          link: 'traces',
          queries: [
            {
              expr: share(
                sum(rate(stateCount, { success: '="false"' }), 'app_id', 'component'),
                sum(rate(stateCount), 'app_id', 'component'),
              ),
              legend: '{{app_id}} {{component}}',
            },
          ],
        },
        {
          id: 'state-latency',
          title: 'Latency, p95',
          about: 'Time in the store, network included.',
          kind: 'lines',
          unit: 'milliseconds',
          width: 8,
          queries: [
            {
              expr: quantile(0.95, stateLatencies, ['app_id', 'component', 'operation']),
              legend: '{{app_id}} {{component}} {{operation}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Components of all blocks',
      panels: [
        {
          id: 'component-latency',
          title: 'Time in components: p50, p95',
          about:
            'State, secrets, configuration, bindings and conversations, finer than Dapr’s whole milliseconds. Brokers are below, by topic.',
          kind: 'lines',
          unit: 'seconds',
          width: 12,
          link: 'traces',
          queries: [0.5, 0.95].map((q) => ({
            expr: quantile(q, callSeconds, ['app_id', 'block', 'component', 'operation']),
            legend: `{{app_id}} {{block}} {{component}} {{operation}} p${q * 100}`,
          })),
        },
        {
          id: 'component-map',
          title: 'Time in components, all of it',
          about:
            'How many calls took how long. A second band: a cold cache, or a store that is far.',
          kind: 'heatmap',
          unit: 'seconds',
          width: 12,
          queries: [{ expr: buckets(callSeconds), legend: '{{le}}' }],
        },
      ],
    },
    {
      title: 'Publishing',
      panels: [
        {
          id: 'published',
          title: 'Published',
          about: 'Messages that brokers have taken or refused, a second.',
          kind: 'lines',
          unit: 'per_second',
          width: 12,
          queries: [
            {
              expr: sum(rate(egressCount), 'app_id', 'topic', 'success'),
              legend: '{{app_id}} {{topic}} success={{success}}',
            },
          ],
        },
        {
          id: 'publish-latency',
          title: 'Latency of publishing, p95',
          about: 'Until the broker has acknowledged.',
          kind: 'lines',
          unit: 'milliseconds',
          width: 12,
          queries: [
            {
              expr: quantile(0.95, egressLatencies, ['app_id', 'topic']),
              legend: '{{app_id}} {{topic}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Delivering',
      panels: [
        {
          id: 'delivered',
          title: 'Deliveries by outcome',
          about:
            'Each try counts. `retry` that stays: the app cannot take a message. `dead_letter`: somebody has to look at it.',
          kind: 'lines',
          unit: 'per_second',
          width: 12,
          link: 'traces',
          queries: [
            {
              expr: sum(rate(deliveries), 'app_id', 'topic', 'outcome'),
              legend: '{{app_id}} {{topic}} {{outcome}}',
            },
          ],
        },
        {
          id: 'delay',
          title: 'Time in the queue: p50, p95',
          about:
            'Between publish and the first delivery. Growing: the subscribers are too slow, or too few.',
          kind: 'lines',
          unit: 'seconds',
          width: 12,
          thresholds: { warning: 1, bad: 30 },
          queries: [0.5, 0.95].map((q) => ({
            expr: quantile(q, deliveryDelay, ['app_id', 'topic']),
            legend: `{{app_id}} {{topic}} p${q * 100}`,
          })),
        },
        {
          id: 'handling',
          title: 'Time in the app, p95',
          about: 'How long the app takes for one message.',
          kind: 'lines',
          unit: 'milliseconds',
          width: 6,
          queries: [
            {
              expr: quantile(0.95, ingressLatencies, ['app_id', 'topic']),
              legend: '{{app_id}} {{topic}}',
            },
          ],
        },
        {
          id: 'in-flight',
          title: 'In flight',
          about:
            'Messages that the app has and has not settled. Flat and high while nothing is delivered: it hangs.',
          kind: 'lines',
          unit: 'count',
          width: 6,
          queries: [
            {
              expr: sum(of(deliveriesInFlight), 'app_id', 'topic'),
              legend: '{{app_id}} {{topic}}',
            },
          ],
        },
        {
          id: 'not-taken',
          title: 'Messages that were not taken',
          about: 'Retries, drops and dead letters of the last hour, by topic.',
          kind: 'table',
          unit: 'count',
          width: 12,
          link: 'traces',
          queries: ['retry', 'drop_by_app', 'drop_by_sidecar', 'dead_letter'].map((outcome) => ({
            id: outcome,
            expr: lastHour(deliveries, { outcome: `="${outcome}"` }, 'app_id', 'topic'),
            legend: '',
          })),
        },
      ],
    },
  ],
}
