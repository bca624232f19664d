import type { SidecarsAnswer } from '../../wire/diagnosis.ts'
import { counted } from '../model/policy-words.ts'
import { findSidecar, isAnswered } from '../model/sidecars.ts'
import { formatTime } from '../model/times.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { NoSidecars } from '../parts/no-sidecars.tsx'
import { Notice } from '../parts/notice.tsx'
import { OwnBackendOnly } from '../parts/own-backend-only.tsx'
import { RemotePage } from '../parts/remote-page.tsx'
import { SidecarTable } from '../parts/sidecar-table.tsx'
import { useKeys } from '../parts/use-keys.ts'
import { navigate, params } from '../router.ts'
import type { Settings } from '../settings.ts'
import { doctorHref } from '../sidecar-link.ts'
import { SidecarPage } from './sidecar-page.tsx'
import { useNow, useSidecars } from './use-sidecars.ts'

export const ConfigurationView = ({ settings }: { settings: Settings }) =>
  settings.knowsSidecars ? <Sidecars /> : <OwnBackendOnly page="Configuration" />

function Sidecars() {
  const remote = useSidecars()
  const now = useNow()
  const appId = params.value.get('app') ?? undefined
  const pid = Number(params.value.get('pid') ?? Number.NaN)
  useKeys({
    r: remote.reload,
    Escape: () => appId !== undefined && navigate('configuration'),
  })
  return (
    <RemotePage remote={remote}>
      {(answer) => {
        const at = { loadedMs: remote.loadedMs, now }
        if (appId === undefined) return <All answer={answer} {...at} onReload={remote.reload} />
        const status = findSidecar(answer.statuses, appId, pid)
        return status === undefined ? (
          <NoSuchSidecar appId={appId} />
        ) : (
          <SidecarPage status={status} {...at} />
        )
      }}
    </RemotePage>
  )
}

function All(props: {
  answer: SidecarsAnswer
  loadedMs: number
  now: number
  onReload: () => void
}) {
  const { statuses } = props.answer
  if (statuses.length === 0) return <NoSidecars />
  const rejected = statuses.filter(
    (status) => isAnswered(status) && status.report.configuration.lastReload === 'rejected',
  ).length
  return (
    <div class="page">
      <div class="page-bar">
        <h1>Configuration</h1>
        <p class="count" aria-live="polite">
          <strong>{counted(statuses.length, 'sidecar')}</strong>
          {rejected > 0 && <span class="bad"> {rejected} rejected their last change</span>}
          <span class="when"> at {formatTime(props.loadedMs)}</span>
        </p>
        <a class="button" href={doctorHref()}>
          Ask the doctor
        </a>
        <a class="button" href="what-if">
          Try a change
        </a>
        <IconButton
          icon="retry"
          title="Load again (r)"
          label="Load again"
          onClick={props.onReload}
        />
      </div>
      <SidecarTable statuses={statuses} loadedMs={props.loadedMs} now={props.now} />
      <p class="hint">Counts are since each sidecar's start.</p>
    </div>
  )
}

const NoSuchSidecar = ({ appId }: { appId: string }) => (
  <Notice
    title={`No sidecar of ${appId} runs here`}
    actions={
      <a class="button" href="configuration">
        All sidecars
      </a>
    }
  >
    <p>
      It has ended, or it was never started on the backend's machine. The page shows it as soon as
      one registers.
    </p>
  </Notice>
)
