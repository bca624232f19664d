import type { Diagnosis, Finding } from '../../wire/diagnosis.ts'
import { Icon } from '../parts/icons.tsx'
import { settings } from '../settings.ts'
import { doctorHref } from '../sidecar-link.ts'
import { useSidecars } from './use-sidecars.ts'

const MOST = 4

/** Under an empty list of traces: what the doctor knows about it, and the way to the rest. */
export const Reasons = () => (settings.value?.knowsSidecars === true ? <Asked /> : null)

function Asked() {
  const { value } = useSidecars()
  if (value === undefined) return null
  const grave = listGrave(value.diagnosis)
  return (
    <div class="reasons">
      <p>
        <a href={doctorHref()}>Why do I see no trace?</a>{' '}
        {grave.length > 0
          ? 'The doctor found:'
          : value.diagnosis.sidecars.length === 1
            ? 'The doctor finds nothing wrong with the sidecar.'
            : `The doctor finds nothing wrong with the ${value.diagnosis.sidecars.length} sidecars.`}
      </p>
      <ul>
        {grave.slice(0, MOST).map(({ appId, finding }) => (
          <li key={`${appId} ${finding.code} ${finding.title}`}>
            <Icon name={finding.severity === 'error' ? 'error' : 'warning'} />
            <span>
              {appId !== undefined && (
                <>
                  <a href={doctorHref(appId)}>{appId}</a>:{' '}
                </>
              )}
              <strong>{finding.title}</strong>
              {finding.cure !== '' && <> {finding.cure}</>}
            </span>
          </li>
        ))}
      </ul>
      {grave.length > MOST && <p class="none">and {grave.length - MOST} more</p>}
    </div>
  )
}

interface Grave {
  readonly appId: string | undefined
  readonly finding: Finding
}

/** Errors before warnings; what concerns nobody alone before the sidecars'. */
function listGrave({ findings, sidecars }: Diagnosis): Grave[] {
  const all: Grave[] = [
    ...findings.map((finding) => ({ appId: undefined, finding })),
    ...sidecars.flatMap(({ appId, findings: own }) => own.map((finding) => ({ appId, finding }))),
  ]
  return (['error', 'warning'] as const).flatMap((severity) =>
    all.filter(({ finding }) => finding.severity === severity),
  )
}
