import { useEffect, useState } from 'preact/hooks'
import { getTraces } from '../api.ts'
import { nowMs } from '../clock.ts'
import { type SearchQuery, searchWindow, toApiParams } from '../model/search-query.ts'
import { formatExact } from '../model/times.ts'
import { listFilters, listWidenings, type Widening } from '../model/widenings.ts'
import { Notice } from '../parts/notice.tsx'
import { searchHref } from '../search-link.ts'
import { Reasons } from './reasons.tsx'

/** A search matched nothing: what it asked for, and what each wider search would find. */
export function NothingFound({ query }: { query: SearchQuery }) {
  const filters = listFilters(query)
  const { startMs, endMs } = searchWindow(query, nowMs())
  return (
    <Notice title="No trace matches this search">
      <p>
        {filters.length === 0
          ? 'No filter is set, but no trace started between '
          : 'Traces are stored, but none between '}
        <strong>{formatExact(startMs)}</strong> and <strong>{formatExact(endMs)}</strong>
        {filters.length > 0 && ' fulfils all of these at once:'}
        {filters.length === 0 && '.'}
      </p>
      {filters.length > 0 && (
        <ul class="filters">
          {filters.map(({ words }) => (
            <li key={words}>
              <code>{words}</code>
            </li>
          ))}
        </ul>
      )}
      <Wider query={query} />
      <Reasons />
      {filters.length > 0 && (
        <p class="hint">
          With a service set, only that service's own spans are looked at; durations are compared
          with single spans, not whole traces.
        </p>
      )}
    </Notice>
  )
}

function Wider({ query }: { query: SearchQuery }) {
  const [found, setFound] = useState<ReadonlyMap<string, number>>(new Map())
  const widenings = listWidenings(query)
  const key = widenings.map(({ label }) => label).join()
  useEffect(() => {
    const abort = new AbortController()
    const count = async ({ label, query: wider }: Widening): Promise<void> => {
      const answer = await getTraces(
        toApiParams({ ...wider, limit: probeLimit(wider) }, nowMs()).params,
        abort.signal,
      )
      if (!abort.signal.aborted && answer.ok)
        setFound((before) => new Map(before).set(label, answer.value.length))
    }
    for (const widening of widenings) void count(widening)
    return () => abort.abort()
  }, [key])
  if (widenings.length === 0) return null
  return (
    <>
      <p>What a wider search finds:</p>
      <ul class="widenings">
        {widenings.map(({ label, query: wider }) => (
          <li key={label}>
            <a href={searchHref(wider)}>{label}</a>
            <span class={found.get(label) === 0 ? 'none' : ''}>
              {inWords(found.get(label), probeLimit(wider))}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** Enough to say whether it is worth it. */
const probeLimit = ({ limit }: SearchQuery): number => Math.min(limit, 20)

const inWords = (count: number | undefined, limit: number): string => {
  if (count === undefined) return '…'
  if (count === 0) return 'nothing either'
  if (count >= limit) return `${count} traces or more`
  return count === 1 ? '1 trace' : `${count} traces`
}

/** The backend has never been sent a span. */
export function NoSpans() {
  const endpoint = `${location.origin}/api/v2/spans`
  return (
    <Notice title="No spans have arrived yet">
      <p>
        The backend is up and empty. This page looks again every five seconds and shows the first
        trace when it comes.
      </p>
      <Reasons />
      <p>When none comes, it is nearly always one of these:</p>
      <ol class="causes">
        <li>
          <strong>The sampling rate is 0.</strong> Without <code>samplingRate</code> a sidecar keeps
          almost nothing; set <code>"1"</code> to keep every trace.
        </li>
        <li>
          <strong>No exporter is configured.</strong> The sidecar's Configuration must name this
          backend, and the sidecar must be started with that file (<code>--config</code>).
        </li>
        <li>
          <strong>Nobody called.</strong> Spans are made by calls through a sidecar; a service that
          calls another directly leaves none, and health checks are not traced.
        </li>
      </ol>
      <p>A Configuration that sends every trace here:</p>
      <pre>
        <code>{`apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata:
  name: tracing
spec:
  tracing:
    samplingRate: "1"
    zipkin:
      endpointAddress: ${endpoint}`}</code>
      </pre>
    </Notice>
  )
}
