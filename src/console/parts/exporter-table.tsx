import type { ExporterReport, SidecarReport } from '../../wire/sidecar-report.ts'
import { formatAgo } from '../model/times.ts'
import { ExporterState } from './exporter-state.tsx'

/** Where a sidecar's spans go, how that went, and what was lost on the way. */
export function ExporterTable({ report, nowUs }: { report: SidecarReport; nowUs: number }) {
  if (report.exporters.length === 0)
    return (
      <p class="none">
        None: spans end here. Name a <code>zipkin</code> or <code>otel</code> endpoint under{' '}
        <code>spec.tracing</code>.
      </p>
    )
  const ago = (us: number | undefined): string =>
    us === undefined ? 'never' : formatAgo(us / 1000, nowUs / 1000)
  return (
    <table class="facts-table">
      <thead>
        <tr>
          <th>Exporter</th>
          <th>Endpoint</th>
          <th>Last success</th>
          <th>Last error</th>
          <th class="number">Sent</th>
          <th class="number">Dropped</th>
        </tr>
      </thead>
      <tbody>
        {report.exporters.map((exporter) => (
          <tr key={exporter.name}>
            <td data-label="Exporter">
              <ExporterState exporter={exporter} />
            </td>
            <td data-label="Endpoint" class="anywhere">
              {exporter.endpoint ?? 'the sidecar’s log'}
            </td>
            <td data-label="Last success">{ago(exporter.lastSuccessUs)}</td>
            <td data-label="Last error" class="anywhere">
              {exporter.lastError === undefined
                ? 'none'
                : `${exporter.lastError} (${ago(exporter.lastErrorUs)})`}
            </td>
            <td class="number" data-label="Sent">
              {exporter.exported.toLocaleString('en')}
            </td>
            <Dropped exporter={exporter} />
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Dropped({ exporter }: { exporter: ExporterReport }) {
  const reasons = Object.entries(exporter.dropped).filter(([, count]) => count > 0)
  return (
    <td class={reasons.length > 0 ? 'number bad' : 'number'} data-label="Dropped">
      {reasons.length === 0
        ? '0'
        : reasons
            .map(([reason, count]) => `${count.toLocaleString('en')} ${reason.replace('_', ' ')}`)
            .join(', ')}
    </td>
  )
}
