import { useMemo } from 'preact/hooks'
import { readTrace } from '../../wire/trace/trace.ts'
import { getTrace } from '../api.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icons.tsx'
import { Notice } from '../parts/notice.tsx'
import { settings } from '../settings.ts'
import { useRemote } from '../use-remote.ts'
import { TraceScreen } from './trace-screen.tsx'

export function TraceView({ traceId }: { traceId: string }) {
  const remote = useRemote(traceId, (signal) => getTrace(traceId, signal))
  const spans = remote.value
  const trace = useMemo(() => (spans === undefined ? undefined : readTrace(spans)), [spans])
  if (trace !== undefined && spans !== undefined)
    return <TraceScreen trace={trace} spans={spans} onReload={remote.reload} />
  if (remote.failure !== undefined && remote.failure.kind !== 'notFound')
    return (
      <FailureNotice
        failure={remote.failure}
        sinceMs={remote.failedSinceMs}
        onRetry={remote.reload}
      />
    )
  if (remote.isLoading && remote.failure === undefined)
    return <div class="loading" role="status" aria-label="Loading the trace" aria-busy="true" />
  return <NotFound traceId={traceId} isLoading={remote.isLoading} onRetry={remote.reload} />
}

function NotFound(props: { traceId: string; isLoading: boolean; onRetry: () => void }) {
  const keeps = settings.value?.retention
  return (
    <Notice
      title="This trace is not stored here"
      actions={
        <>
          <button type="button" class="primary" disabled={props.isLoading} onClick={props.onRetry}>
            <Icon name="retry" /> Try again
          </button>
          <a class="button quiet" href="./">
            Search instead
          </a>
        </>
      }
    >
      <p>
        The backend has no span with trace id <code>{props.traceId}</code>. One of these is the
        reason:
      </p>
      <ol class="causes">
        <li>
          <strong>It is still arriving.</strong> Sidecars send spans in batches, every few seconds.
        </li>
        <li>
          <strong>It was not sampled.</strong> The last two digits of its <code>traceparent</code>{' '}
          are then <code>00</code>; raise <code>samplingRate</code> to keep more.
        </li>
        <li>
          <strong>It has expired.</strong> The backend drops the oldest traces when its limit of age
          or size is reached{keeps === undefined ? '.' : `; it keeps ${keeps}.`}
        </li>
      </ol>
    </Notice>
  )
}
