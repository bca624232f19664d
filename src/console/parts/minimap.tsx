import { type Signal, useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { isError } from '../../wire/trace/span-facts.ts'
import type { Trace } from '../../wire/trace/trace.ts'
import type { TimeWindow } from '../model/axis.ts'
import { colorOf } from '../service-colors.ts'

const WIDTH = 1000
const HEIGHT = 56
/** A failed span is seen however short it was. */
const BAD_WIDTH = 5
/** A press that moves less than this share of the width is a click. */
const CLICK_SHARE = 0.01

/** The whole trace in small. Drag across to zoom into a time, click to scroll there. */
export function Minimap(props: {
  trace: Trace
  window: TimeWindow
  visible: Signal<readonly [number, number]>
  onWindow: (window: TimeWindow | undefined) => void
  onScroll: (share: number) => void
}) {
  const { trace, window } = props
  // One and the same element, so that scrolling does not draw ten thousand lines again.
  const lines = useMemo(() => <Lines trace={trace} />, [trace])
  const drag = useSignal<readonly [number, number] | undefined>(undefined)
  const [top, bottom] = props.visible.value
  const durationUs = Math.max(1, trace.durationUs)
  const shown = drag.value ?? [window.fromUs / durationUs, window.toUs / durationUs]
  const from = Math.min(...shown)
  const to = Math.max(...shown)

  const shareAt = (event: PointerEvent & { currentTarget: HTMLElement }): [number, number] => {
    const box = event.currentTarget.getBoundingClientRect()
    const clamp = (share: number): number => Math.min(1, Math.max(0, share))
    return [
      clamp((event.clientX - box.left) / box.width),
      clamp((event.clientY - box.top) / box.height),
    ]
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: + − 0 [ ] do the same from the keyboard.
    <div
      class="minimap"
      title="Drag to zoom into a time, click to scroll there, double-click to see all"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        const [x] = shareAt(event)
        drag.value = [x, x]
      }}
      onPointerMove={(event) => {
        if (drag.value !== undefined) drag.value = [drag.value[0], shareAt(event)[0]]
      }}
      onPointerUp={(event) => {
        if (drag.value === undefined) return
        drag.value = undefined
        if (to - from > CLICK_SHARE)
          props.onWindow({ fromUs: from * durationUs, toUs: to * durationUs })
        else props.onScroll(shareAt(event)[1])
      }}
      onDblClick={() => props.onWindow(undefined)}
    >
      {lines}
      <i class="seen" style={{ top: `${top * 100}%`, bottom: `${(1 - bottom) * 100}%` }} />
      <i class="shade" style={{ left: 0, right: `${(1 - from) * 100}%` }} />
      <i class="shade" style={{ left: `${to * 100}%`, right: 0 }} />
    </div>
  )
}

function Lines({ trace }: { trace: Trace }) {
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {drawLines(trace).map(({ service, isBad, path }) => (
        <path
          key={`${service} ${isBad}`}
          d={path}
          class={isBad ? 'bad' : ''}
          style={{ '--color': colorOf(service) }}
        />
      ))}
    </svg>
  )
}

/** One path a service: ten thousand elements would cost more than the waterfall itself. */
function drawLines(trace: Trace): { service: string; isBad: boolean; path: string }[] {
  const paths = new Map<string, { service: string; isBad: boolean; path: string }>()
  const rowHeight = HEIGHT / trace.nodes.length
  const durationUs = Math.max(1, trace.durationUs)
  trace.nodes.forEach((node, i) => {
    const isBad = isError(node.span)
    const name = isBad ? 'errors' : node.service
    const entry = paths.get(name) ?? { service: name, isBad, path: '' }
    const x = ((node.startUs - trace.startUs) / durationUs) * WIDTH
    const width = Math.max(isBad ? BAD_WIDTH : 1, (node.durationUs / durationUs) * WIDTH)
    entry.path += `M${x.toFixed(1)} ${((i + 0.5) * rowHeight).toFixed(2)}h${width.toFixed(1)}`
    paths.set(name, entry)
  })
  return [...paths.values()].sort((a, b) => Number(a.isBad) - Number(b.isBad))
}
