import { useMemo } from 'preact/hooks'
import { getDependencies } from '../api.ts'
import { nowMs } from '../clock.ts'
import { countServices, foldQuiet } from '../model/fold-quiet.ts'
import { parseSearchQuery, searchWindow } from '../model/search-query.ts'
import { type DependencyLink, layoutServices } from '../model/service-graph.ts'
import { formatTime } from '../model/times.ts'
import { FailureNotice, StaleBanner } from '../parts/failure-notice.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { Notice } from '../parts/notice.tsx'
import { ServiceDetails } from '../parts/service-details.tsx'
import { ServiceMap } from '../parts/service-map.tsx'
import { TimeSelect } from '../parts/time-select.tsx'
import { useKeys } from '../parts/use-keys.ts'
import { navigate, params, setParams } from '../router.ts'
import { learnServices } from '../service-colors.ts'
import type { Settings } from '../settings.ts'
import { useRemote } from '../use-remote.ts'
import { MapRange } from './map-range.tsx'

export function MapView({ settings }: { settings: Settings }) {
  const query = parseSearchQuery(params.value, {
    lookbackMs: Math.max(settings.defaultLookbackMs, 3_600_000),
    limit: 1,
  })
  const selected = params.value.get('service') ?? undefined
  const remote = useRemote(
    [query.lookback, query.millisMs, query.startMs, query.endMs].join(),
    (signal) => {
      const { startMs, endMs } = searchWindow(query, nowMs())
      return getDependencies({ endTs: String(endMs), lookback: String(endMs - startMs) }, signal)
    },
  )
  const all = remote.value ?? NO_LINKS
  const total = useMemo(() => countServices(all), [all])
  const { graph, rest } = useMemo(() => {
    const folded = foldQuiet(all, selected)
    const laid = layoutServices(folded.links)
    learnServices(laid.byService.keys())
    return { graph: laid, rest: folded.rest }
  }, [all, selected])
  useKeys({
    r: remote.reload,
    Escape: () => setParams({ service: undefined }),
  })
  const node = selected === undefined ? undefined : graph.byService.get(selected)
  const isRange = query.lookback === 'range'
  const setTime = (name: string): void => {
    if (name === 'range') {
      const { startMs, endMs } = searchWindow(query, nowMs())
      navigate(`dependency?lookback=range&startTs=${startMs}&endTs=${endMs}`)
    } else navigate(`dependency?lookback=${name}`)
  }
  return (
    <div class="map-view">
      <div class="map-bar">
        <label class="sr" for="map-time">
          Time
        </label>
        <TimeSelect id="map-time" query={query} isRange={isRange} onChange={setTime} />
        {isRange && <MapRange query={query} />}
        <p class="count" aria-live="polite">
          {remote.loadedMs > 0 && (
            <>
              <strong>{total.toLocaleString('en')} services</strong>,{' '}
              {all.length.toLocaleString('en')} connections
              {rest !== undefined && `; drawn are the ${graph.nodes.length - 1} with most calls`}
              <span class="when"> at {formatTime(remote.loadedMs)}</span>
            </>
          )}
        </p>
        <IconButton
          icon="retry"
          title="Load again (r)"
          label="Load again"
          onClick={remote.reload}
        />
      </div>
      {remote.value !== undefined && remote.failure !== undefined && (
        <StaleBanner failure={remote.failure} sinceMs={remote.failedSinceMs} />
      )}
      {remote.value === undefined && remote.failure !== undefined ? (
        <FailureNotice
          failure={remote.failure}
          sinceMs={remote.failedSinceMs}
          onRetry={remote.reload}
        />
      ) : remote.value === undefined ? (
        <div class="loading" aria-busy="true" />
      ) : graph.nodes.length === 0 ? (
        <NoLinks />
      ) : (
        <div class="map-body">
          <ServiceMap
            graph={graph}
            rest={rest}
            selected={node?.service}
            onSelect={(service) => setParams({ service }, { replace: false })}
          />
          <ServiceDetails graph={graph} rest={rest} node={node} time={query} />
        </div>
      )}
    </div>
  )
}

const NO_LINKS: readonly DependencyLink[] = []

function NoLinks() {
  return (
    <Notice title="No calls between services in this time">
      <p>The map is drawn from stored traces. It is empty because one of these holds:</p>
      <ol class="causes">
        <li>
          <strong>No trace started in this time.</strong> Choose a longer one above, or see what is
          stored on the <a href="./">search page</a>.
        </li>
        <li>
          <strong>Traces have one service only.</strong> A connection needs a caller's and a
          callee's span in one trace, or a span that names its remote service.
        </li>
        <li>
          <strong>The backend does not compute it.</strong> A stock Zipkin on Cassandra or
          Elasticsearch needs a batch job; Sidelight's own backend does not.
        </li>
      </ol>
    </Notice>
  )
}
