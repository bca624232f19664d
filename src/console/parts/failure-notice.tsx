import { type Failure, isPassing } from '../api.ts'
import { formatTime } from '../model/times.ts'
import { Icon } from './icons.tsx'
import { Notice } from './notice.tsx'

/** A request that failed for another reason than "not found": who refused what, and whether it is tried again. */
export function FailureNotice(props: { failure: Failure; sinceMs: number; onRetry: () => void }) {
  const { failure, sinceMs } = props
  return (
    <Notice
      tone="error"
      title={TITLES[failure.kind]}
      actions={
        isFinal(failure) ? (
          <a class="button" href="./">
            Search instead
          </a>
        ) : (
          <button type="button" onClick={props.onRetry}>
            <Icon name="retry" /> Try now
          </button>
        )
      }
    >
      <p>
        {isPassing(failure)
          ? `Since ${formatTime(sinceMs)}. The page keeps trying and will go on by itself.`
          : isFinal(failure)
            ? 'The same request will be refused again.'
            : 'Trying again will not help unless the backend changes.'}
      </p>
      <p class="words">
        {failure.status > 0 && `HTTP ${failure.status}: `}
        {failure.message}
      </p>
      {failure.kind === 'unreachable' && (
        <p>
          Is the backend still running at <code>{location.host}</code>? On a laptop,{' '}
          <code>npm start</code> brings it back; stored traces survive unless it ran with{' '}
          <code>--memory</code>.
        </p>
      )}
    </Notice>
  )
}

/** The fault is the request's, and no backend will answer it. */
const isFinal = ({ kind, status }: Failure): boolean =>
  kind === 'refused' && status >= 400 && status < 500

const TITLES: Readonly<Record<Failure['kind'], string>> = {
  unreachable: 'The trace backend cannot be reached',
  overloaded: 'The trace backend is too busy to answer',
  notFound: 'The backend does not know this address',
  refused: 'The backend refused the request',
  malformed: 'The answer was not what a trace backend sends',
}

/** One line above content that is still there but no longer fresh. */
export function StaleBanner({ failure, sinceMs }: { failure: Failure; sinceMs: number }) {
  return (
    <div class="banner error" role="alert">
      <Icon name="error" />
      <span>
        {TITLES[failure.kind]} since {formatTime(sinceMs)}. Showing what was loaded before; trying
        again.
      </span>
    </div>
  )
}
