import {
  accessMetrics,
  type CounterDefinition,
  configurationMetrics,
  middlewareMetrics,
  pipelineMetrics,
  resiliencyMetrics,
} from '../../telemetry/index.ts'
import type { Board } from '../model.ts'
import { of, rate, rateOfAll, sum } from '../promql.ts'

const { globalAllowed, globalBlocked } = accessMetrics
const { activations, breakerState, count } = resiliencyMetrics

/** Their app id is the caller's, and empty as long as it has not proven who it is: the callee is known by its scrape. */
const byCallee = (decisions: CounterDefinition): string => {
  const sidecar = `0 * ${of(configurationMetrics.generation)} + 1`
  const perSidecar = sum(rateOfAll(decisions), 'instance')
  return sum(`${perSidecar} * on (instance) group_left (app_id) (${sidecar})`, 'app_id')
}

export const resiliencyAndSecurity: Board = {
  uid: 'sidelight-resiliency-and-security',
  title: 'Sidelight / Resiliency and security',
  question: 'What do policies do for us, and whom do we turn away?',
  variables: ['namespace', 'app_id'],
  rows: [
    {
      title: 'Resiliency',
      panels: [
        {
          id: 'activations',
          title: 'Policies at work',
          about:
            'Timeouts that fired, calls that were retried, breakers that changed, a second. Traces show each as an event.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          link: 'traces',
          queries: [
            {
              expr: sum(rate(activations), 'app_id', 'policy', 'target', 'status'),
              legend: '{{app_id}} {{policy}} {{target}} {{status}}',
            },
          ],
        },
        {
          id: 'applied',
          title: 'Calls behind a policy',
          about:
            'Calls a second that a policy has stood around. None although one is written: its target names nothing.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          queries: [
            {
              expr: sum(rate(count), 'app_id', 'name', 'policy'),
              legend: '{{app_id}} {{name}} {{policy}}',
            },
          ],
        },
        {
          id: 'breakers',
          title: 'Open breakers',
          about:
            'Targets that are not called since they failed too often. They are tried again when their timeout is over.',
          kind: 'lines',
          unit: 'count',
          width: 8,
          thresholds: { warning: 1, bad: 1 },
          queries: [
            {
              expr: sum(of(breakerState, { status: '="open"' }), 'app_id', 'target'),
              legend: '{{app_id}} {{target}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Security',
      panels: [
        {
          id: 'access',
          title: 'Callers allowed and turned away',
          about: 'Decisions of accessControl.defaultAction, a second, by the app that was called.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          queries: [
            { expr: byCallee(globalAllowed), legend: '{{app_id}} allowed' },
            { expr: byCallee(globalBlocked), legend: '{{app_id}} blocked' },
          ],
          // Under mTLS it knows the caller.
          queriesOfDapr: [
            { expr: sum(rate(globalAllowed), 'app_id'), legend: 'from {{app_id}} allowed' },
            { expr: sum(rate(globalBlocked), 'app_id'), legend: 'from {{app_id}} blocked' },
          ],
        },
        {
          id: 'middleware',
          title: 'Handlers of the pipelines',
          about:
            'What bearer, ratelimit and the others have passed, changed, refused or failed on, a second.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          queries: [
            {
              expr: sum(rate(middlewareMetrics.requests), 'app_id', 'handler', 'outcome'),
              legend: '{{app_id}} {{handler}} {{outcome}}',
            },
          ],
        },
        {
          id: 'refused',
          title: 'Requests that are none',
          about:
            'Refused before any routing, a second: heads malformed (400), too slow (408) or too large (431), and tunnels (501). A scanner, or a broken client.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          queries: [
            {
              expr: sum(rate(pipelineMetrics.requestsRefused), 'app_id', 'status'),
              legend: '{{app_id}} {{status}}',
            },
          ],
        },
      ],
    },
  ],
}
