import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useMemo } from 'preact/hooks'
import { readTrace, type Trace } from '../../wire/trace/trace.ts'
import { getTraces } from '../api.ts'
import { nowMs } from '../clock.ts'
import { listChanges } from '../model/sampling-changes.ts'
import { formatSearchQuery, type SearchQuery, SORTS, toApiParams } from '../model/search-query.ts'
import { sortTraces } from '../model/sort-traces.ts'
import { formatTime } from '../model/times.ts'
import { FailureNotice, StaleBanner } from '../parts/failure-notice.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { Scatter } from '../parts/scatter.tsx'
import { TraceList } from '../parts/trace-list.tsx'
import { useKeys } from '../parts/use-keys.ts'
import { restoreScroll } from '../router.ts'
import { runSearch } from '../search-link.ts'
import { learnServices } from '../service-colors.ts'
import { getSidecarsIfKnown } from '../sidecar-api.ts'
import { useInterval } from '../use-interval.ts'
import { useRemote } from '../use-remote.ts'
import { NoSpans, NothingFound } from './nothing-found.tsx'

const LIVE_MS = 5000

export function SearchResults(props: {
  query: SearchQuery
  /** `undefined` until they are known. */
  services: readonly string[] | undefined
  onRefresh: () => void
}) {
  const { query, services } = props
  const key = formatSearchQuery({ ...query, sort: 'newest', isLive: false }).toString()
  const remote = useRemote(key, (signal) => getTraces(toApiParams(query, nowMs()).params, signal))
  const traces = useMemo(() => readTraces(remote.value ?? []), [remote.value])
  const hovered = useSignal<string | undefined>(undefined)
  const sidecars = useRemote('sidecars', getSidecarsIfKnown)
  const changes = useMemo(() => listChanges(sidecars.value?.statuses ?? []), [sidecars.value])
  const refresh = (): void => {
    remote.reload()
    sidecars.reload()
    props.onRefresh()
  }
  const isEmpty = remote.value !== undefined && !remote.isOld && traces.length === 0
  const isBlank = isEmpty && services?.length === 0
  // An empty backend is watched without being asked to: the first span is what the user waits for.
  useInterval(query.isLive || isBlank ? LIVE_MS : undefined, refresh)
  useKeys({ r: refresh })
  useEffect(() => learnServices(traces.flatMap(servicesOf)), [traces])
  const hasContent = traces.length > 0
  useLayoutEffect(() => {
    if (hasContent) restoreScroll()
  }, [hasContent])

  if (remote.value === undefined && remote.failure !== undefined)
    return (
      <FailureNotice failure={remote.failure} sinceMs={remote.failedSinceMs} onRetry={refresh} />
    )
  if (isBlank) return <NoSpans />
  if (isEmpty) return <NothingFound query={query} />
  const sorted = sortTraces(traces, query.sort)
  return (
    <section class="results" aria-busy={remote.isLoading} data-old={remote.isOld}>
      {remote.failure !== undefined && (
        <StaleBanner failure={remote.failure} sinceMs={remote.failedSinceMs} />
      )}
      <div class="results-bar">
        <Count query={query} traces={traces} loadedMs={remote.loadedMs} />
        <div class="segments" role="toolbar" aria-label="Sort by">
          {SORTS.map((sort) => (
            <button
              key={sort}
              type="button"
              aria-pressed={query.sort === sort}
              onClick={() => runSearch({ ...query, sort }, { replace: true })}
            >
              {SORT_WORDS[sort]}
            </button>
          ))}
        </div>
        <label class="toggle">
          <input
            type="checkbox"
            checked={query.isLive}
            onChange={() => runSearch({ ...query, isLive: !query.isLive }, { replace: true })}
          />
          Auto-refresh
        </label>
        <IconButton icon="retry" title="Run again (r)" label="Run again" onClick={refresh} />
      </div>
      <Scatter traces={traces} changes={changes} hovered={hovered} />
      <TraceList traces={sorted} hovered={hovered} />
    </section>
  )
}

const SORT_WORDS = {
  newest: 'Newest',
  longest: 'Longest',
  spans: 'Most spans',
  errors: 'Errors first',
} as const

const servicesOf = (trace: Trace): string[] => trace.services.map(({ service }) => service)

const readTraces = (lists: readonly Parameters<typeof readTrace>[0][]): Trace[] =>
  lists.flatMap((spans) => readTrace(spans) ?? [])

/** How many, when, and whether there may be more: a list cut at the limit says so, since sorting it then sorts only what came. */
function Count(props: { query: SearchQuery; traces: readonly Trace[]; loadedMs: number }) {
  const { query, traces, loadedMs } = props
  if (loadedMs === 0) return <p class="count">Searching…</p>
  const failed = traces.filter((trace) => trace.errors.length > 0).length
  const isCut = traces.length >= query.limit
  const more = query.limit * (query.limit < 100 ? 10 : 2)
  return (
    <p class="count" aria-live="polite">
      <strong>
        {traces.length} {traces.length === 1 ? 'trace' : 'traces'}
      </strong>
      {failed > 0 && <span class="bad"> {failed} with errors</span>}
      <span class="when"> at {formatTime(loadedMs)}</span>
      {isCut && (
        <span class="cut">
          {' '}
          Cut at the limit: these are the newest {query.limit}.{' '}
          <button type="button" class="link" onClick={() => runSearch({ ...query, limit: more })}>
            Show up to {more}
          </button>
        </span>
      )}
    </p>
  )
}
