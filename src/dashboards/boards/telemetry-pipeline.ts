import { keepMetrics, pipelineMetrics } from '../../telemetry/index.ts'
import type { Board } from '../model.ts'
import { of, rate, sum } from '../promql.ts'

const { samplingDecisions, seriesFolded, spansDropped, spansExported, spansStarted, exporterUp } =
  pipelineMetrics

export const telemetryPipeline: Board = {
  uid: 'sidelight-telemetry-pipeline',
  title: 'Sidelight / Telemetry pipeline',
  question: 'Do spans arrive, and where do they stay if not?',
  variables: ['namespace', 'app_id'],
  rows: [
    {
      title: 'Spans',
      panels: [
        {
          id: 'started',
          title: 'Spans started and exported',
          about: 'A second. The difference was not sampled, is on its way, or was dropped.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          queries: [
            { expr: sum(rate(spansStarted), 'app_id'), legend: '{{app_id}} started' },
            {
              // Of those that are in use.
              expr: `${sum(rate(spansExported), 'app_id', 'exporter')} and on (app_id, exporter) ${of(exporterUp)}`,
              legend: '{{app_id}} exported by {{exporter}}',
            },
          ],
        },
        {
          id: 'dropped',
          title: 'Spans dropped, by reason',
          about:
            'queue_full: the backend is too slow or away. refused: it does not take them. Any of them is a hole in a trace.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          thresholds: { warning: 0.001, bad: 1 },
          queries: [
            {
              expr: sum(rate(spansDropped), 'app_id', 'reason'),
              legend: '{{app_id}} {{reason}}',
            },
          ],
        },
        {
          id: 'exporters',
          title: 'Exporters',
          about: '0: the last export failed. `sidelight doctor` says what the receiver answered.',
          kind: 'lines',
          unit: 'yes_no',
          width: 8,
          queries: [
            {
              expr: `min by (app_id, exporter) (${of(exporterUp)})`,
              legend: '{{app_id}} {{exporter}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Sampling',
      panels: [
        {
          id: 'decisions',
          title: 'Decisions by rule',
          about: 'A second. `parent` follows the caller; the others are the Configuration’s.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          queries: [
            {
              expr: sum(rate(samplingDecisions), 'rule', 'decision'),
              legend: '{{rule}} {{decision}}',
            },
          ],
        },
        {
          id: 'kept',
          title: 'Traces kept after all',
          about:
            'Unsampled, and kept for an error, for being slow, or since a peer asked, a second.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          queries: [
            {
              expr: sum(rate(keepMetrics.tracesKept), 'app_id', 'reason'),
              legend: '{{app_id}} {{reason}}',
            },
          ],
        },
        {
          id: 'missed',
          title: 'Kept too late, or not at all',
          about:
            'Traces worth keeping whose spans are lost, a second. budget: raise it. expired or evicted: give the ring more time or memory.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          thresholds: { warning: 0.001, bad: 1 },
          queries: [
            {
              expr: sum(rate(keepMetrics.misses), 'app_id', 'reason'),
              legend: '{{app_id}} {{reason}}',
            },
            { expr: sum(rate(keepMetrics.evicted), 'app_id'), legend: '{{app_id}} evicted' },
          ],
        },
        {
          id: 'ring',
          title: 'Memory of the ring',
          about: 'Spans of unsampled requests that wait for a verdict. Bounded by keep.memory.',
          kind: 'lines',
          unit: 'bytes',
          width: 12,
          queries: [{ expr: sum(of(keepMetrics.heldBytes), 'app_id'), legend: '{{app_id}}' }],
        },
        {
          id: 'overflow',
          title: 'Samples without a series of their own',
          about:
            'A label has too many values: these samples are recorded under {overflow}, a second. Fold them with metrics.http.pathMatching.',
          kind: 'lines',
          unit: 'per_second',
          width: 12,
          thresholds: { warning: 0.001, bad: 1 },
          queries: [
            {
              expr: sum(rate(seriesFolded), 'app_id', 'metric'),
              legend: '{{app_id}} {{metric}}',
            },
          ],
        },
      ],
    },
  ],
}
