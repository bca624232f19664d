import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Trace } from '../../wire/trace/trace.ts'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'
import type { TimeWindow } from '../model/axis.ts'
import { findCriticalPath } from '../model/critical-path.ts'
import { findSpans } from '../model/find-spans.ts'
import { linesAbove, pickFirstSpan, stepThrough } from '../model/pick-span.ts'
import { foldableKeys, layoutRows } from '../model/trace-rows.ts'
import { Minimap } from '../parts/minimap.tsx'
import { SpanPanel } from '../parts/span-panel.tsx'
import { TraceHeader } from '../parts/trace-header.tsx'
import { TraceTools } from '../parts/trace-tools.tsx'
import { useKeys } from '../parts/use-keys.ts'
import { Waterfall, type WaterfallHandle } from '../parts/waterfall.tsx'
import { learnServices } from '../service-colors.ts'
import { traceKeys } from './trace-keys.ts'
import { useTraceState } from './use-trace-state.ts'

const MINIMAP_FROM_SPANS = 60

export function TraceScreen(props: {
  trace: Trace
  spans: readonly ZipkinSpan[]
  /** Set when the trace comes from a file instead of the backend. */
  fileName?: string
  onReload?: () => void
}) {
  const { trace } = props
  const state = useTraceState(trace)
  const rows = useMemo(() => layoutRows(trace, state.folded), [trace, state.folded])
  const critical = useMemo(() => findCriticalPath(trace.roots), [trace])
  const matches = useMemo(() => findSpans(trace, state.find), [trace, state.find])
  const matched = useMemo(() => new Set(matches), [matches])
  const handle = useRef<WaterfallHandle>(null)
  const visible = useSignal<readonly [number, number]>([0, 1])
  useMemo(() => learnServices(trace.services.map(({ service }) => service)), [trace])

  const selectedKey = state.selected ?? pickFirstSpan(trace).key
  const selected = trace.byKey.get(selectedKey)
  useEffect(() => {
    const { main } = trace
    document.title = `${main.service} ${main.span.name ?? ''} · Sidelight`
  }, [trace])

  /** Selects and makes sure it can be seen. */
  const show = (key: string | undefined): void => {
    if (key === undefined) return
    const node = trace.byKey.get(key)
    state.select(key, node === undefined ? [] : linesAbove(node))
    handle.current?.reveal(key)
  }
  const step = (keys: readonly string[], by: 1 | -1): void =>
    show(stepThrough(trace, keys, selectedKey, by))
  const errorKeys = trace.errors.map(({ key }) => key)
  const toggleAll = (): void =>
    state.setFolded(state.folded.size > 0 ? new Set() : new Set(foldableKeys(trace)))

  useKeys(traceKeys({ trace, rows, selectedKey, state, show, step, matches, errorKeys, toggleAll }))
  /** Where in the list the first span stands that starts in the window, so that a zoom shows something. */
  const shareOfFirst = ({ fromUs }: TimeWindow): number => {
    const at = rows.findIndex(
      (row) => row.node !== undefined && row.node.startUs - trace.startUs >= fromUs,
    )
    return Math.max(0, at) / Math.max(1, rows.length)
  }
  return (
    <div class="trace">
      <TraceHeader
        trace={trace}
        spans={props.spans}
        fileName={props.fileName}
        onReload={props.onReload}
        onError={() => step(errorKeys, 1)}
        onShow={show}
      />
      <TraceTools
        state={state}
        matches={matches}
        selectedKey={selectedKey}
        hasFolded={state.folded.size > 0}
        onStep={(by) => step(matches, by)}
        onToggleAll={toggleAll}
      />
      <div class="trace-body">
        <div class="trace-left">
          {trace.nodes.length > MINIMAP_FROM_SPANS && (
            <Minimap
              trace={trace}
              window={state.window}
              visible={visible}
              onWindow={(window) => {
                state.setWindow(window)
                if (window !== undefined) handle.current?.scrollToShare(shareOfFirst(window))
              }}
              onScroll={(share) => handle.current?.scrollToShare(share)}
            />
          )}
          <Waterfall
            handle={handle}
            trace={trace}
            rows={rows}
            window={state.window}
            critical={state.isCriticalShown ? critical : undefined}
            matched={state.find === '' ? undefined : matched}
            selectedKey={selectedKey}
            visible={visible}
            onSelect={(key) => state.select(key)}
            onFold={state.toggleFold}
          />
        </div>
        <SpanPanel
          trace={trace}
          node={selected}
          missingId={selectedKey.startsWith('missing:') ? selectedKey.slice(8) : undefined}
          critical={critical.get(selectedKey)}
          onShow={show}
        />
      </div>
    </div>
  )
}
