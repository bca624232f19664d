import type { ComponentChildren } from 'preact'
import { formatDuration } from '../../base/short-duration.ts'
import type { Trace } from '../../wire/trace/trace.ts'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'
import { nowMs } from '../clock.ts'
import { formatAgo, formatExact } from '../model/times.ts'
import { CopyButton } from './copy-button.tsx'
import { IconButton } from './icon-button.tsx'
import { Icon } from './icons.tsx'
import { ServiceName } from './service-name.tsx'

const MAX_CHIPS = 6

export function TraceHeader(props: {
  trace: Trace
  spans: readonly ZipkinSpan[]
  fileName: string | undefined
  onReload: (() => void) | undefined
  onError: () => void
  onShow: (key: string) => void
}) {
  const { trace } = props
  const { main, errors, services } = trace
  const startMs = trace.startUs / 1000
  return (
    <header class="trace-header">
      <div class="trace-title">
        <h1>
          <span class="trace-service" title={main.service}>
            {main.service}
          </span>{' '}
          <span class="trace-name" title={main.span.name}>
            {main.span.name ?? '(no name)'}
          </span>
        </h1>
        <span class="trace-id">
          <code>{trace.traceId}</code>
          <CopyButton text={trace.traceId} label="Copy the trace id" />
        </span>
        {props.onReload !== undefined && (
          <IconButton
            icon="retry"
            title="Load again: late spans"
            label="Load the trace again"
            onClick={props.onReload}
          />
        )}
        <button type="button" class="quiet" onClick={() => download(trace.traceId, props.spans)}>
          <Icon name="download" /> JSON
        </button>
      </div>
      <dl class="facts">
        <Fact name="Duration">
          <b>{formatDuration(trace.durationUs)}</b>
        </Fact>
        <Fact name="Spans">{trace.nodes.length.toLocaleString('en')}</Fact>
        <Fact name="Depth">{trace.depth}</Fact>
        <Fact name="Errors">
          {errors.length === 0 ? (
            '0'
          ) : (
            <button type="button" class="link bad" title="Next error (e)" onClick={props.onError}>
              {errors.length}
            </button>
          )}
        </Fact>
        <Fact name="Start">
          <time title={trace.startUs === 0 ? '' : formatAgo(startMs, nowMs())}>
            {trace.startUs === 0 ? 'unknown' : formatExact(startMs)}
          </time>
        </Fact>
        <Fact name={`Services (${services.length})`}>
          <span class="chips">
            {services.slice(0, MAX_CHIPS).map(({ service, spans }) => (
              <ServiceName key={service} service={service} count={spans} />
            ))}
            {services.length > MAX_CHIPS && (
              <span
                class="more"
                title={services
                  .slice(MAX_CHIPS)
                  .map((s) => s.service)
                  .join(', ')}
              >
                +{services.length - MAX_CHIPS}
              </span>
            )}
          </span>
        </Fact>
      </dl>
      <Remarks trace={trace} fileName={props.fileName} onShow={props.onShow} />
    </header>
  )
}

const Fact = (props: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{props.name}</dt>
    <dd>{props.children}</dd>
  </div>
)

/** What the picture does not show by itself: where it comes from, what was moved, what is missing. */
function Remarks(props: {
  trace: Trace
  fileName: string | undefined
  onShow: (key: string) => void
}) {
  const { trace, fileName } = props
  const orphans = trace.roots.filter((root) => root.orphan !== undefined)
  const timeless = trace.nodes.filter((node) => !node.hasTime).length
  if (fileName === undefined && trace.skewUs === 0 && orphans.length === 0 && timeless === 0)
    return null
  const first = orphans[0]
  return (
    <ul class="remarks">
      {fileName !== undefined && <li>From the file {fileName}; not stored in the backend.</li>}
      {trace.skewUs > 0 && (
        <li>
          Clocks disagree: starts were adjusted by {formatDuration(trace.skewUs)} so that no server
          begins before its caller.
        </li>
      )}
      {first !== undefined && (
        <li>
          {orphans.length === 1
            ? 'One span names a parent'
            : `${orphans.length} spans name parents`}{' '}
          that did not arrive: the caller is not traced here, was not sampled, or is still sending.{' '}
          <button type="button" class="link" onClick={() => props.onShow(first.key)}>
            Show
          </button>
        </li>
      )}
      {timeless > 0 && (
        <li>
          {timeless === 1
            ? "One span has no start time and stands at its parent's."
            : `${timeless} spans have no start time and stand at their parents'.`}
        </li>
      )}
    </ul>
  )
}

function download(traceId: string, spans: readonly ZipkinSpan[]): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(
    new Blob([JSON.stringify(spans, null, 2)], { type: 'application/json' }),
  )
  link.download = `${traceId}.json`
  link.click()
  URL.revokeObjectURL(link.href)
}
