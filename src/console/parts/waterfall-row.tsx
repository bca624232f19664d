import { formatDuration } from '../../base/short-duration.ts'
import { errorMessageOf } from '../../wire/trace/span-facts.ts'
import type { TraceNode } from '../../wire/trace/trace-tree.ts'
import { percent, type TimeWindow } from '../model/axis.ts'
import type { Segment } from '../model/critical-path.ts'
import type { TraceRow } from '../model/trace-rows.ts'
import { ROW_HEIGHT } from '../model/visible-rows.ts'
import { colorOf } from '../service-colors.ts'
import { Icon } from './icons.tsx'
import { KindMark } from './kind-mark.tsx'
import { Rails } from './rails.tsx'

interface Props {
  readonly row: TraceRow
  /** Pixels a level. */
  readonly step: number
  readonly traceStartUs: number
  readonly window: TimeWindow
  readonly critical: readonly Segment[] | undefined
  readonly match: 'none' | 'yes' | 'no'
  readonly isSelected: boolean
  readonly onSelect: (key: string) => void
  readonly onFold: (key: string) => void
}

export function WaterfallRow(props: Props) {
  const { row, step } = props
  const { node } = row
  const error = node === undefined ? undefined : errorMessageOf(node.span)
  const indent = Math.min(row.depth * step, 240)
  const classes = ['row', `match-${props.match}`]
  if (props.isSelected) classes.push('selected')
  if (error !== undefined) classes.push('bad-row')
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the focus and handles the keys.
    <div
      id={`row-${row.key}`}
      class={classes.join(' ')}
      role="treeitem"
      tabIndex={-1}
      aria-level={row.depth + 1}
      aria-selected={props.isSelected}
      aria-expanded={row.childCount === 0 ? undefined : !row.isFolded}
      style={{ height: `${ROW_HEIGHT}px` }}
      onClick={() => props.onSelect(row.key)}
    >
      <div class="tree-col">
        <Rails row={row} step={step} />
        <span style={{ width: `${indent}px` }} />
        {row.childCount > 0 ? (
          <button
            type="button"
            class="fold"
            tabIndex={-1}
            aria-label={row.isFolded ? 'Unfold' : 'Fold'}
            onClick={(event) => {
              event.stopPropagation()
              props.onFold(row.key)
            }}
          >
            {row.isFolded ? `+${row.hiddenCount}` : row.childCount}
          </button>
        ) : (
          <span class="leaf" />
        )}
        {node === undefined ? (
          <span class="row-missing" title={`No span with id ${row.missingId} has arrived`}>
            parent missing <code>{row.missingId}</code>
          </span>
        ) : (
          <>
            <KindMark kind={node.span.kind} />
            <span class="row-text" title={`${node.service}: ${node.span.name ?? '(no name)'}`}>
              <span class="row-service" style={{ '--color': colorOf(node.service) }}>
                {node.service}
              </span>{' '}
              {node.span.name ?? '(no name)'}
            </span>
            {error !== undefined && <Icon name="error" label={error} />}
          </>
        )}
      </div>
      <div class="time-col">
        {node !== undefined && <Bar {...props} node={node} error={error} />}
      </div>
    </div>
  )
}

function Bar(props: Props & { node: TraceNode; error: string | undefined }) {
  const { node, window, traceStartUs } = props
  const fromUs = node.startUs - traceStartUs
  const left = percent(fromUs, window)
  const right = percent(fromUs + node.durationUs, window)
  if (right < 0 || left > 100)
    return <span class={`off ${left > 100 ? 'later' : 'earlier'}`}>{left > 100 ? '›' : '‹'}</span>
  const shownLeft = Math.max(0, left)
  const width = Math.min(100, right) - shownLeft
  const label =
    node.durationUs > 0 ? formatDuration(node.durationUs) : node.hasTime ? 'no duration' : 'no time'
  return (
    <>
      <span
        class={`bar ${props.error !== undefined ? 'bad' : ''} ${node.durationUs === 0 ? 'open' : ''}`}
        style={{ left: `${shownLeft}%`, width: `${width}%`, '--color': colorOf(node.service) }}
      />
      {props.critical?.map((segment) => (
        <i
          key={segment.startUs}
          class="critical"
          style={{
            left: `${Math.max(0, percent(segment.startUs - traceStartUs, window))}%`,
            right: `${Math.max(0, 100 - percent(segment.endUs - traceStartUs, window))}%`,
          }}
        />
      ))}
      {node.span.annotations?.map(({ timestamp, value }) => (
        <i
          key={`${timestamp} ${value}`}
          class="tick"
          title={`${value} at ${formatDuration(timestamp + node.shiftedUs - node.startUs)}`}
          style={{ left: `${percent(timestamp + node.shiftedUs - traceStartUs, window)}%` }}
        />
      ))}
      <span class="bar-label" style={{ left: `${Math.min(100, right)}%` }}>
        {label}
      </span>
    </>
  )
}
