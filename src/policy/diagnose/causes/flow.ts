import { count, formatAge } from '../../../base/figures.ts'
import type { Cause } from '../cause.ts'

/** Where it stands when nothing is wrong. */
export const flowCauses: readonly Cause[] = [
  {
    code: 'NO_TRAFFIC',
    find({ sidecar: { registration }, report }) {
      const { sampling, spans, startedUs, nowUs, appId } = report
      if (!sampling.enabled || spans.started > 0) return undefined
      const { host, httpPort, appPort, pod, namespace } = registration
      const target = appPort === 0 ? 'OTHER-APP' : appId
      return {
        severity: 'info',
        title: `no request has come by since it started ${formatAge(Math.max(0, nowUs - startedUs))} ago`,
        detail: 'health checks are not traced',
        cure:
          pod === undefined
            ? `send one through it: curl http://${host.includes(':') ? `[${host}]` : host}:${httpPort}/v1.0/invoke/${target}/method/PATH`
            : `send one through it: kubectl port-forward ${pod} ${httpPort} -n ${namespace}, then curl http://localhost:${httpPort}/v1.0/invoke/${target}/method/PATH`,
      }
    },
  },
  {
    code: 'TRACES_GO',
    find: ({ report: { exporters, sampling, nowUs }, sampled, endpoint }) =>
      exporters.flatMap((exporter) => {
        if (!sampling.enabled || exporter.up === false) return []
        const { name, endpoint: address, exported, lastSuccessUs } = exporter
        const where = address === undefined ? 'the log' : `${name} ${address}`
        if (lastSuccessUs !== undefined)
          return {
            severity: 'info' as const,
            title: `traces go to ${where}: ${count(exported, 'span')} sent, the last ${formatAge(Math.max(0, nowUs - lastSuccessUs))} ago`,
          }
        const facts = endpoint(address)
        if (facts?.state === 'unreachable' || (facts?.status ?? 0) >= 400) return []
        const answers =
          facts?.state === 'answered' ? `; it answers ${facts.status ?? ''}`.trimEnd() : ''
        const waiting = sampled > 0 ? 'spans are on their way' : 'nothing was sent yet'
        return {
          severity: 'info' as const,
          title: `traces will go to ${where}: ${waiting}${answers}`,
        }
      }),
  },
]
