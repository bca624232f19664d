import { useMemo } from 'preact/hooks'
import { getDependencies } from '../api.ts'
import { nowMs } from '../clock.ts'
import { parseSearchQuery, searchWindow } from '../model/search-query.ts'
import { layoutServices } from '../model/service-graph.ts'
import { formatTime } from '../model/times.ts'
import { FailureNotice, StaleBanner } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icons.tsx'
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
  const graph = useMemo(() => {
    const laid = layoutServices(remote.value ?? [])
    learnServices(laid.byService.keys())
    return laid
  }, [remote.value])
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
              <strong>{graph.nodes.length} services</strong>, {graph.links.length} connections
              <span class="when"> at {formatTime(remote.loadedMs)}</span>
            </>
          )}
        </p>
        <button
          type="button"
          class="quiet"
          title="Load again (r)"
          aria-label="Load again"
          onClick={remote.reload}
        >
          <Icon name="retry" />
        </button>
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
            selected={node?.service}
            onSelect={(service) => setParams({ service }, { replace: false })}
          />
          <ServiceDetails graph={graph} node={node} time={query} />
        </div>
      )}
    </div>
  )
}

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
