import { useRef } from 'preact/hooks'
import type { AnsweredSidecar, SidecarStatus } from '../../wire/diagnosis.ts'
import { counted, policyInWords } from '../model/policy-words.ts'
import { isAnswered, policyPlace, sidecarNowUs, spanTotals } from '../model/sidecars.ts'
import { formatAgo, formatExact } from '../model/times.ts'
import { sidecarHref } from '../sidecar-link.ts'
import { ExporterState } from './exporter-state.tsx'
import { Icon } from './icons.tsx'
import { PlaceName } from './place.tsx'
import { ServiceName } from './service-name.tsx'
import { useRowKeys } from './use-row-keys.ts'

/** Every sidecar a line; on a narrow page, a card. */
export function SidecarTable(props: {
  statuses: readonly SidecarStatus[]
  loadedMs: number
  now: number
}) {
  const { statuses } = props
  const body = useRef<HTMLTableSectionElement>(null)
  useRowKeys(body, 'a.sidecar-link')
  const apps = statuses.map(({ registration }) => registration.appId)
  return (
    <table class="facts-table sidecars">
      <thead>
        <tr>
          <th>Sidecar</th>
          <th>Configuration</th>
          <th>Set in</th>
          <th>In force</th>
          <th>Exporters</th>
          <th class="number">Started</th>
          <th class="number">Sampled</th>
          <th class="number">Kept</th>
          <th class="number">Sent</th>
          <th class="number">Dropped</th>
        </tr>
      </thead>
      <tbody ref={body}>
        {statuses.map((status) => {
          const { appId, namespace, pid } = status.registration
          const isOneOfMany = apps.indexOf(appId) !== apps.lastIndexOf(appId)
          return (
            <tr key={`${namespace} ${appId} ${pid}`}>
              <td data-label="Sidecar">
                <a class="sidecar-link" href={sidecarHref(appId, isOneOfMany ? pid : undefined)}>
                  <ServiceName service={appId} />
                </a>
                <small>
                  {namespace !== '' && namespace !== 'default' && `${namespace}, `}
                  PID {pid}
                </small>
              </td>
              {isAnswered(status) ? (
                <Cells sidecar={status} loadedMs={props.loadedMs} now={props.now} />
              ) : (
                <td colSpan={9} class="bad" data-label="State">
                  <Icon name="error" /> does not answer: {status.error}
                </td>
              )}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Cells({
  sidecar: { report },
  ...at
}: {
  sidecar: AnsweredSidecar
  loadedMs: number
  now: number
}) {
  const { configuration, resources, spans } = report
  const { sent, dropped } = spanTotals(report)
  const sinceMs = configuration.sinceUs / 1000
  const nowUs = sidecarNowUs(report, at.loadedMs, at.now)
  return (
    <>
      <td data-label="Configuration">
        generation {configuration.generation}
        <small title={`since ${formatExact(sinceMs)}`}>{formatAgo(sinceMs, nowUs / 1000)}</small>
        {configuration.lastReload === 'rejected' && <small class="bad">last change rejected</small>}
        {resources.lastReload === 'rejected' && <small class="bad">resources rejected</small>}
        {resources.failed.length > 0 && (
          <small class="bad">{counted(resources.failed.length, 'component')} failed</small>
        )}
      </td>
      <td data-label="Set in">
        {configuration.files.length === 0 ? (
          <span class="none">no file</span>
        ) : (
          <PlaceName place={policyPlace(report)} />
        )}
      </td>
      <td data-label="In force">{policyInWords(report.sampling)}</td>
      <td data-label="Exporters">
        {report.exporters.length === 0 && <span class="none">none</span>}
        {report.exporters.map((exporter) => (
          <ExporterState key={exporter.name} exporter={exporter} />
        ))}
      </td>
      {(
        [
          ['Started', spans.started],
          ['Sampled', spans.sampled],
          ['Kept', spans.kept],
          ['Sent', sent],
        ] as const
      ).map(([label, value]) => (
        <td key={label} class="number" data-label={label}>
          {value.toLocaleString('en')}
        </td>
      ))}
      <td class={dropped > 0 ? 'number bad' : 'number'} data-label="Dropped">
        {dropped.toLocaleString('en')}
      </td>
    </>
  )
}
