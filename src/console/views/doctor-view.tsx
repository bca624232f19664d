import type { Diagnosis, SidecarDiagnosis } from '../../wire/diagnosis.ts'
import { counted } from '../model/policy-words.ts'
import { formatTime } from '../model/times.ts'
import { FindingList } from '../parts/finding-list.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { Icon } from '../parts/icons.tsx'
import { NoSidecars } from '../parts/no-sidecars.tsx'
import { OwnBackendOnly } from '../parts/own-backend-only.tsx'
import { RemotePage } from '../parts/remote-page.tsx'
import { ServiceName } from '../parts/service-name.tsx'
import { useKeys } from '../parts/use-keys.ts'
import { navigate, params, setParams } from '../router.ts'
import type { Settings } from '../settings.ts'
import { sidecarHref } from '../sidecar-link.ts'
import { useSidecars } from './use-sidecars.ts'

/** "Why do I see no trace?" */
export const DoctorView = ({ settings }: { settings: Settings }) =>
  settings.knowsSidecars ? <Doctor /> : <OwnBackendOnly page="The doctor" />

function Doctor() {
  const appId = params.value.get('app') ?? undefined
  const remote = useSidecars(appId)
  useKeys({
    r: remote.reload,
    Escape: () => appId !== undefined && navigate('doctor'),
  })
  return (
    <RemotePage remote={remote}>
      {({ diagnosis, statuses }) => {
        if (statuses.length === 0) return <NoSidecars />
        const apps = [...new Set(statuses.map(({ registration }) => registration.appId))].sort()
        return (
          <div class="page" data-old={remote.isOld}>
            <div class="page-bar">
              <h1>Doctor</h1>
              <Verdict diagnosis={diagnosis} loadedMs={remote.loadedMs} />
              <select
                aria-label="App"
                value={appId ?? ''}
                onChange={({ currentTarget: { value } }) =>
                  setParams({ app: value === '' ? undefined : value }, { replace: false })
                }
              >
                <option value="">All apps</option>
                {(appId === undefined || apps.includes(appId) ? apps : [appId, ...apps]).map(
                  (app) => (
                    <option key={app} value={app}>
                      {app}
                    </option>
                  ),
                )}
              </select>
              <IconButton
                icon="retry"
                title="Look again (r)"
                label="Look again"
                onClick={remote.reload}
              />
            </div>
            {diagnosis.findings.length > 0 && <FindingList findings={diagnosis.findings} />}
            {diagnosis.sidecars.map((sidecar) => (
              <Patient
                key={`${sidecar.namespace} ${sidecar.appId} ${sidecar.pid}`}
                sidecar={sidecar}
              />
            ))}
          </div>
        )
      }}
    </RemotePage>
  )
}

function Verdict({ diagnosis, loadedMs }: { diagnosis: Diagnosis; loadedMs: number }) {
  const { sidecars } = diagnosis
  const sick = sidecars.filter(({ healthy }) => !healthy).length
  return (
    <p class="count" aria-live="polite">
      {diagnosis.healthy ? (
        <strong>
          {sidecars.length === 1
            ? 'The sidecar is healthy'
            : `All ${sidecars.length} sidecars are healthy`}
        </strong>
      ) : (
        <strong class="bad">
          {sidecars.length === 0
            ? 'There is nobody to look at'
            : `${sick} of ${counted(sidecars.length, 'sidecar')} ${sick === 1 ? 'is' : 'are'} not healthy`}
        </strong>
      )}
      <span class="when"> at {formatTime(loadedMs)}</span>
    </p>
  )
}

function Patient({ sidecar }: { sidecar: SidecarDiagnosis }) {
  const { appId, pid, healthy, findings } = sidecar
  return (
    <section class="patient" aria-label={appId}>
      <h2>
        <Icon name={healthy ? 'check' : 'error'} label={healthy ? 'healthy' : 'not healthy'} />
        <a href={sidecarHref(appId, pid)}>
          <ServiceName service={appId} />
        </a>
        <small>PID {pid}</small>
      </h2>
      {findings.length === 0 ? (
        <p class="none">Nothing to say about it.</p>
      ) : (
        <FindingList findings={findings} />
      )}
    </section>
  )
}
