import type { ComponentChildren } from 'preact'
import { formatDuration } from '../../base/short-duration.ts'
import { errorMessageOf, statusOf } from '../../wire/trace/span-facts.ts'
import type { Trace } from '../../wire/trace/trace.ts'
import type { TraceNode } from '../../wire/trace/trace-tree.ts'
import type { Segment } from '../model/critical-path.ts'
import { selfTimeUs } from '../model/self-time.ts'
import { formatExact } from '../model/times.ts'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icons.tsx'
import { KindMark } from './kind-mark.tsx'
import { ServiceName } from './service-name.tsx'
import { SpanAnnotations, SpanEndpoints, SpanTags } from './span-sections.tsx'

/** One span. What decides (who, how long, failed why, under whom) stands first and needs no scrolling. */
export function SpanPanel(props: {
  trace: Trace
  node: TraceNode | undefined
  /** Set when the selected line stands for a parent that was not reported. */
  missingId: string | undefined
  critical: readonly Segment[] | undefined
  onShow: (key: string) => void
}) {
  const { trace, node } = props
  if (node === undefined)
    return (
      <aside class="panel" aria-label="Span details">
        <h2>Parent missing</h2>
        <p>
          Spans below name <code>{props.missingId}</code> as their parent, but no such span has
          arrived. The caller is not traced by this backend, did not sample, lost its batch, or is
          still sending.
        </p>
      </aside>
    )
  return (
    <aside class="panel" aria-label="Span details" key={node.key}>
      <div class="critical-data">
        <ServiceName service={node.service} />
        <h2>{node.span.name ?? '(no name)'}</h2>
        <ErrorBox node={node} />
        <Facts {...props} node={node} trace={trace} />
      </div>
      <SpanTags tags={node.span.tags ?? {}} />
      <SpanAnnotations node={node} />
      <SpanEndpoints span={node.span} />
    </aside>
  )
}

function ErrorBox({ node }: { node: TraceNode }) {
  const message = errorMessageOf(node.span)
  if (message === undefined) return null
  const status = statusOf(node.span)
  return (
    <div class="error-box">
      <Icon name="error" />
      <span>
        {status !== undefined && !message.includes(status) && <b>{status} </b>}
        {message}
      </span>
    </div>
  )
}

function Facts(props: {
  trace: Trace
  node: TraceNode
  critical: readonly Segment[] | undefined
  onShow: (key: string) => void
}) {
  const { trace, node } = props
  const { span, parent } = node
  const selfUs = selfTimeUs(node)
  const criticalUs = (props.critical ?? []).reduce((sum, s) => sum + s.endUs - s.startUs, 0)
  const status = statusOf(span)
  return (
    <dl class="span-facts">
      <Fact name="Duration">
        <b>{node.durationUs > 0 ? formatDuration(node.durationUs) : 'not reported'}</b>
        <small>{share(node.durationUs, trace.durationUs)} of the trace</small>
      </Fact>
      <Fact name="Self time">
        {formatDuration(selfUs)}
        <small>{share(selfUs, node.durationUs)} of the span</small>
      </Fact>
      <Fact name="Start">
        <span title={node.hasTime ? formatExact(node.startUs / 1000) : ''}>
          +{formatDuration(node.startUs - trace.startUs)}
        </span>
        {node.shiftedUs !== 0 && (
          <small>
            adjusted by {node.shiftedUs > 0 ? '+' : ''}
            {formatDuration(node.shiftedUs)} for clock skew
          </small>
        )}
      </Fact>
      <Fact name="Kind">
        <KindMark kind={span.kind} /> {span.kind ?? 'local'}
        {span.shared === true && <small>shares its client's id</small>}
      </Fact>
      {status !== undefined && <Fact name="Status">{status}</Fact>}
      <Fact name="Parent">
        {parent === undefined ? (
          node.orphan === undefined ? (
            'none, this is the root'
          ) : (
            <span>
              <code>{node.orphan.parentId}</code>{' '}
              {node.orphan.why === 'missing' ? 'has not arrived' : 'runs in a circle'}
            </span>
          )
        ) : (
          <button type="button" class="link" onClick={() => props.onShow(parent.key)}>
            {parent.service} {parent.span.name ?? ''}
          </button>
        )}
      </Fact>
      <Fact name="Critical path">
        {criticalUs > 0 ? (
          <>
            {formatDuration(criticalUs)}
            <small>{share(criticalUs, trace.durationUs)} of the trace hangs on it</small>
          </>
        ) : (
          'not on it'
        )}
      </Fact>
      <Fact name="Span ID">
        <code>{span.id}</code>
        <CopyButton text={span.id} label="Copy the span id" />
      </Fact>
    </dl>
  )
}

const Fact = (props: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{props.name}</dt>
    <dd>{props.children}</dd>
  </div>
)

const share = (part: number, whole: number): string => {
  if (whole <= 0) return '–'
  const percent = (100 * part) / whole
  return percent > 0 && percent < 1 ? '<1%' : `${Math.round(percent)}%`
}
