import { type Signal, useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { formatDuration } from '../../base/short-duration.ts'
import type { Trace } from '../../wire/trace/trace.ts'
import { nowMs } from '../clock.ts'
import { formatAgo, formatExact } from '../model/times.ts'
import { traceHref } from '../router.ts'
import { useInterval } from '../use-interval.ts'
import { ServiceName } from './service-name.tsx'
import { useRowKeys } from './use-row-keys.ts'

const MAX_CHIPS = 6

/** Rows are links, so the browser's own ways to open them work; arrows move between them. */
export function TraceList(props: {
  traces: readonly Trace[]
  hovered: Signal<string | undefined>
}) {
  const list = useRef<HTMLOListElement>(null)
  const now = useSignal(nowMs())
  useInterval(5000, () => {
    now.value = nowMs()
  })
  useRowKeys(list, 'a.result')
  const longestUs = Math.max(1, ...props.traces.map((trace) => trace.durationUs))
  return (
    <ol class="trace-list" ref={list}>
      {props.traces.map((trace) => (
        <li key={trace.traceId}>
          <Row
            trace={trace}
            longestUs={longestUs}
            now={Math.max(now.value, nowMs())}
            hovered={props.hovered}
          />
        </li>
      ))}
    </ol>
  )
}

function Row(props: {
  trace: Trace
  longestUs: number
  now: number
  hovered: Signal<string | undefined>
}) {
  const { trace, hovered } = props
  const { main, services, errors } = trace
  const startMs = trace.startUs / 1000
  const isBad = errors.length > 0
  return (
    <a
      class={`result ${isBad ? 'bad-row' : ''} ${hovered.value === trace.traceId ? 'hovered' : ''}`}
      href={traceHref(trace.traceId)}
      onMouseEnter={() => (hovered.value = trace.traceId)}
      onMouseLeave={() => (hovered.value = undefined)}
    >
      <span class="result-name">
        <span class="result-title">
          <span class="result-service">{main.service}</span>
          <strong>{main.span.name ?? '(no name)'}</strong>
          {main.orphan !== undefined && (
            <em title="The first span names a parent that was not reported">root missing</em>
          )}
        </span>
        <span class="chips">
          {services.slice(0, MAX_CHIPS).map(({ service, spans }) => (
            <ServiceName key={service} service={service} count={spans} />
          ))}
          {services.length > MAX_CHIPS && <span class="more">+{services.length - MAX_CHIPS}</span>}
        </span>
      </span>
      <span class="result-errors bad">
        {isBad && `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}`}
      </span>
      <span class="result-spans">
        {trace.nodes.length.toLocaleString('en')} {trace.nodes.length === 1 ? 'span' : 'spans'}
      </span>
      <time class="result-start" title={formatExact(startMs)}>
        {trace.startUs === 0 ? 'no time' : formatAgo(startMs, props.now)}
      </time>
      <span class="result-duration">
        <b>{formatDuration(trace.durationUs)}</b>
        <span>
          <i style={{ width: `${Math.max(0.5, (100 * trace.durationUs) / props.longestUs)}%` }} />
        </span>
      </span>
    </a>
  )
}
