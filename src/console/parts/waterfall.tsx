import { type Signal, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { formatDuration } from '../../base/short-duration.ts'
import type { Trace } from '../../wire/trace/trace.ts'
import { axisTicks, percent, type TimeWindow } from '../model/axis.ts'
import type { Segment } from '../model/critical-path.ts'
import type { TraceRow } from '../model/trace-rows.ts'
import { ROW_HEIGHT, scrollToRow, visibleRows } from '../model/visible-rows.ts'
import { Splitter } from './splitter.tsx'
import { WaterfallRow } from './waterfall-row.tsx'

const HEAD_HEIGHT = 24
/** Until the real one is measured. */
const FIRST_HEIGHT = 600

export interface WaterfallHandle {
  /** Scrolls until the line can be seen, as soon as it is laid out. */
  reveal(key: string): void
  scrollToShare(share: number): void
}

export function Waterfall(props: {
  handle: RefObject<WaterfallHandle | null>
  trace: Trace
  rows: readonly TraceRow[]
  window: TimeWindow
  /** `undefined` when it is not shown. */
  critical: ReadonlyMap<string, readonly Segment[]> | undefined
  /** `undefined` when nothing is searched. */
  matched: ReadonlySet<string> | undefined
  selectedKey: string
  /** Set by the waterfall: the share of the rows in view, for the minimap. */
  visible: Signal<readonly [number, number]>
  onSelect: (key: string) => void
  onFold: (key: string) => void
}) {
  const { rows, trace, window } = props
  const box = useRef<HTMLDivElement>(null)
  const wanted = useRef<string | undefined>(props.selectedKey)
  const range = useSignal(visibleRows(rows.length, 0, FIRST_HEIGHT))
  const indexOf = useMemo(() => new Map(rows.map((row, i) => [row.key, i])), [rows])
  const step = useMemo(() => indentStep(rows), [rows])

  const measure = (): void => {
    const { current } = box
    if (current === null) return
    const next = visibleRows(rows.length, current.scrollTop, current.clientHeight)
    if (next.first !== range.value.first || next.end !== range.value.end) range.value = next
    const total = Math.max(1, rows.length * ROW_HEIGHT)
    const shown = current.clientHeight - HEAD_HEIGHT
    props.visible.value = [
      current.scrollTop / total,
      Math.min(1, (current.scrollTop + shown) / total),
    ]
  }
  props.handle.current = {
    reveal: (key) => {
      wanted.current = key
      scrollToWanted()
    },
    scrollToShare: (share) => {
      const { current } = box
      if (current !== null)
        current.scrollTop = share * rows.length * ROW_HEIGHT - current.clientHeight / 2
    },
  }
  const scrollToWanted = (): void => {
    const index = wanted.current === undefined ? undefined : indexOf.get(wanted.current)
    const { current } = box
    if (index === undefined || current === null) return
    wanted.current = undefined
    current.scrollTop = scrollToRow(index, current.scrollTop, current.clientHeight, HEAD_HEIGHT)
  }
  useLayoutEffect(() => {
    scrollToWanted()
    measure()
  })
  useEffect(() => {
    const observer = new ResizeObserver(measure)
    if (box.current !== null) observer.observe(box.current)
    return () => observer.disconnect()
  })

  const { first, end } = range.value
  return (
    <div
      class="waterfall"
      ref={box}
      role="tree"
      tabIndex={0}
      aria-label="Spans of the trace"
      aria-activedescendant={`row-${props.selectedKey}`}
      onScroll={measure}
    >
      <div class="waterfall-head">
        <div class="tree-col">
          Span
          <Splitter />
        </div>
        <div class="axis">
          {axisTicks(window, 6).map((us) => (
            <span key={us} style={{ left: `${percent(us, window)}%` }}>
              {formatDuration(us)}
            </span>
          ))}
        </div>
      </div>
      <div class="waterfall-rows" style={{ height: `${rows.length * ROW_HEIGHT}px` }}>
        <div class="grid-lines" aria-hidden="true">
          {axisTicks(window, 6).map((us) => (
            <i key={us} style={{ left: `${percent(us, window)}%` }} />
          ))}
        </div>
        <div style={{ transform: `translateY(${first * ROW_HEIGHT}px)` }}>
          {rows.slice(first, end).map((row) => (
            <WaterfallRow
              key={row.key}
              row={row}
              step={step}
              traceStartUs={trace.startUs}
              window={window}
              critical={props.critical?.get(row.key)}
              match={
                props.matched === undefined ? 'none' : props.matched.has(row.key) ? 'yes' : 'no'
              }
              isSelected={row.key === props.selectedKey}
              onSelect={props.onSelect}
              onFold={props.onFold}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

/** Pixels a level is indented by: less when the trace is deep, so that names stay readable. */
function indentStep(rows: readonly TraceRow[]): number {
  let deepest = 0
  for (const row of rows) deepest = Math.max(deepest, row.depth)
  return Math.max(3, Math.min(14, 180 / Math.max(1, deepest)))
}
