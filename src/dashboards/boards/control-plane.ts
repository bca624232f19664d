import { controlPlaneMetrics } from '../control-plane-metrics.ts'
import type { Board } from '../model.ts'
import { rateOfAll, sum } from '../promql.ts'

const {
  injectionRequests,
  injectionSucceeded,
  injectionFailed,
  serviceCreated,
  serviceUpdated,
  signRequested,
  signSucceeded,
  signFailed,
  serverCertFailed,
  issuerChanged,
  issuerExpiry,
  runtimes,
  actorRuntimes,
  leader,
} = controlPlaneMetrics

/** Dapr's own services. They know no app that could be chosen, and nothing of it is there without Dapr. */
export const controlPlane: Board = {
  uid: 'dapr-control-plane',
  title: 'Dapr / Control plane',
  question: 'In a cluster that runs Dapr: do its own services inject, sign and place?',
  variables: [],
  rows: [
    {
      title: 'Certificates (sentry)',
      panels: [
        {
          id: 'issuer-expiry',
          title: 'The issuer’s certificate ends in',
          about:
            'When it is over no sidecar starts, and none trusts another. Renew it before: `dapr mtls renew-certificate -k`.',
          kind: 'stat',
          unit: 'seconds',
          width: 6,
          queries: [{ expr: `min(${issuerExpiry.name}) - time()`, legend: 'issuer' }],
        },
        {
          id: 'signed',
          title: 'Certificates asked for, and signed',
          about: 'A second. Each sidecar asks at its start, and once a day.',
          kind: 'lines',
          unit: 'per_second',
          width: 9,
          queries: [
            { expr: sum(rateOfAll(signRequested)), legend: 'asked for' },
            { expr: sum(rateOfAll(signSucceeded)), legend: 'signed' },
            { expr: sum(rateOfAll(issuerChanged)), legend: 'issuer changed' },
          ],
        },
        {
          id: 'sign-failures',
          title: 'Certificates refused',
          about:
            'A second, by reason. Their sidecars do not start: look at the log of dapr-sentry. Those of its own server stand beside.',
          kind: 'lines',
          unit: 'per_second',
          width: 9,
          thresholds: { warning: 0.001, bad: 1 },
          queries: [
            { expr: sum(rateOfAll(signFailed), 'reason'), legend: 'sidecars {{reason}}' },
            { expr: sum(rateOfAll(serverCertFailed), 'reason'), legend: 'its server {{reason}}' },
          ],
        },
      ],
    },
    {
      title: 'Sidecars (injector and operator)',
      panels: [
        {
          id: 'injections',
          title: 'Injections',
          about: 'Pods a second that the injector was asked about, and those that got a sidecar.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          queries: [
            { expr: sum(rateOfAll(injectionRequests)), legend: 'asked for' },
            { expr: sum(rateOfAll(injectionSucceeded)), legend: 'injected' },
          ],
        },
        {
          id: 'injection-failures',
          title: 'Injections that failed',
          about:
            'A second, by app and reason. These pods run without a sidecar, or not at all: look at the log of dapr-sidecar-injector.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          thresholds: { warning: 0.001, bad: 1 },
          queries: [
            {
              expr: sum(rateOfAll(injectionFailed), 'app_id', 'reason'),
              legend: '{{app_id}} {{reason}}',
            },
          ],
        },
        {
          id: 'services',
          title: 'Services of the apps',
          about:
            'Created and updated by the operator, a second. Many updates: something undoes them.',
          kind: 'lines',
          unit: 'per_second',
          width: 8,
          queries: [
            { expr: sum(rateOfAll(serviceCreated)), legend: 'created' },
            { expr: sum(rateOfAll(serviceUpdated)), legend: 'updated' },
          ],
        },
      ],
    },
    {
      title: 'Actors (placement)',
      panels: [
        {
          id: 'runtimes',
          title: 'Sidecars that are connected',
          about:
            'To placement, by namespace, and those among them that host actors. A drop: sidecars have lost it, and their actors move.',
          kind: 'lines',
          unit: 'count',
          width: 12,
          queries: [
            { expr: sum(runtimes.name, 'host_namespace'), legend: '{{host_namespace}}' },
            {
              expr: sum(actorRuntimes.name, 'host_namespace'),
              legend: '{{host_namespace}} with actors',
            },
          ],
        },
        {
          id: 'leaders',
          title: 'Leaders',
          about: '1 is right. 0: no actor can be placed. 2: its replicas do not agree.',
          kind: 'lines',
          unit: 'count',
          width: 12,
          queries: [{ expr: sum(leader.name), legend: 'leaders' }],
        },
      ],
    },
  ],
}
