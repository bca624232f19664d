import { componentMetrics, configurationMetrics } from '../../telemetry/index.ts'
import type { Board } from '../model.ts'
import { processMetrics } from '../process-metrics.ts'
import { lastHour, max, of, orNone, rate, sum } from '../promql.ts'

const opened = sum(of(componentMetrics.initTotal), 'app_id', 'component')
const failures = sum(of(componentMetrics.initFailTotal), 'app_id', 'component')

export const sidecars: Board = {
  uid: 'sidelight-sidecars',
  title: 'Sidelight / Sidecars',
  question: 'What do the sidecars themselves cost, and do they run what they should?',
  variables: ['namespace', 'app_id'],
  rows: [
    {
      title: 'Process',
      panels: [
        {
          id: 'cpu',
          title: 'CPU',
          about: 'Share of one core. A sidecar works on one: near 100 % it is the bottleneck.',
          kind: 'lines',
          unit: 'ratio',
          width: 8,
          thresholds: { warning: 0.7, bad: 0.9 },
          queries: [{ expr: sum(rate(processMetrics.cpu), 'app_id'), legend: '{{app_id}}' }],
        },
        {
          id: 'memory',
          title: 'Memory',
          about:
            'Resident, all of it. It should be flat: the queue of spans, the ring of kept ones and the series of metrics are bounded.',
          kind: 'lines',
          unit: 'bytes',
          width: 8,
          queries: [
            { expr: max(of(processMetrics.memory), 'app_id'), legend: '{{app_id}} resident' },
            { expr: max(of(processMetrics.heap), 'app_id'), legend: '{{app_id}} heap' },
          ],
        },
        {
          id: 'event-loop',
          title: 'Event loop lag, p99',
          about: 'How late a sidecar comes to its work. Over 50 ms every request waits with it.',
          kind: 'lines',
          unit: 'seconds',
          width: 8,
          thresholds: { warning: 0.05, bad: 0.2 },
          queries: [{ expr: max(of(processMetrics.eventLoopLag), 'app_id'), legend: '{{app_id}}' }],
        },
        {
          id: 'uptime',
          title: 'Running for',
          about: 'Since the last start. Short for one of many: it restarts.',
          kind: 'lines',
          unit: 'seconds',
          width: 12,
          queries: [
            { expr: `time() - ${max(of(processMetrics.started), 'app_id')}`, legend: '{{app_id}}' },
          ],
        },
        {
          id: 'files',
          title: 'Open files',
          about: 'Connections among them. Growing without an end: somebody leaves them open.',
          kind: 'lines',
          unit: 'count',
          width: 12,
          queries: [{ expr: max(of(processMetrics.openFiles), 'app_id'), legend: '{{app_id}}' }],
        },
      ],
    },
    {
      title: 'Resources',
      panels: [
        {
          id: 'generations',
          title: 'Generation of the Configuration',
          about:
            'Grows by one with each change that is in force. Sidecars of one Configuration that differ for long: one has not got it.',
          kind: 'lines',
          unit: 'count',
          width: 8,
          queries: [
            { expr: max(of(configurationMetrics.generation), 'app_id'), legend: '{{app_id}}' },
          ],
        },
        {
          id: 'reloads',
          title: 'Edits of the last hour',
          about: 'By result. A rejected one changes nothing: `sidelight doctor` names the line.',
          kind: 'table',
          unit: 'count',
          width: 8,
          queries: ['applied', 'unchanged', 'rejected'].map((result) => ({
            id: result,
            expr: lastHour(configurationMetrics.reloads, { result: `="${result}"` }, 'app_id'),
            legend: '',
          })),
        },
        {
          id: 'components',
          title: 'Components',
          about: 'Opened and failed since the start, by type.',
          kind: 'table',
          unit: 'count',
          width: 8,
          queries: [
            {
              id: 'opened',
              expr: orNone(opened, failures),
              legend: '',
            },
            {
              id: 'failures',
              expr: orNone(failures, opened),
              legend: '',
            },
          ],
        },
      ],
    },
  ],
}
