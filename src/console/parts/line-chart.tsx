import { useSignal } from '@preact/signals'
import type { Panel } from '../../dashboards/index.ts'
import { formatValue, valueTicks } from '../model/board-units.ts'
import type { BoardWindow, Exemplar, Series } from '../model/series.ts'
import { formatTime } from '../model/times.ts'
import { traceHref } from '../router.ts'
import { TimeAxis } from './time-axis.tsx'

export interface NamedSeries extends Series {
  readonly name: string
  /** CSS. */
  readonly color: string
}

/** Drawn in a box of 1000 × 1000 that is stretched to the panel. */
const BOX = 1_000
const MAX_SHOWN_AT_POINTER = 8

/** Lines over time. A gap in the data is a gap in the line. */
export function LineChart(props: {
  panel: Pick<Panel, 'unit' | 'thresholds' | 'title' | 'top'>
  series: readonly NamedSeries[]
  exemplars: readonly Exemplar[]
  window: BoardWindow
}) {
  const { panel, series, exemplars, window } = props
  const pointerMs = useSignal<number | undefined>(undefined)
  const values = [...series.flatMap(({ points }) => points), ...exemplars].map(({ value }) => value)
  const max = Math.max(panel.top ?? 0, ...values.filter(Number.isFinite))
  const ticks = valueTicks(max, panel.unit)
  const top = ticks.at(-1) ?? 1
  const x = (atMs: number): number => (atMs - window.fromMs) / (window.toMs - window.fromMs)
  const y = (value: number): number => 1 - Math.min(1, value / top)
  const marks = Object.entries(panel.thresholds ?? {}).filter(([, value]) => value <= top)
  return (
    <figure class="chart" aria-label={panel.title}>
      <div class="chart-y">
        {ticks.map((tick) => (
          <span key={tick} style={{ bottom: `${(tick / top) * 100}%` }}>
            {formatValue(tick, panel.unit)}
          </span>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the last values stand in the legend, for the keyboard. */}
      <div
        class="chart-area"
        onMouseMove={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect()
          const share = (event.clientX - left) / width
          const atMs = window.fromMs + share * (window.toMs - window.fromMs)
          pointerMs.value = Math.round(atMs / window.stepMs) * window.stepMs
        }}
        onMouseLeave={() => (pointerMs.value = undefined)}
      >
        <svg viewBox={`0 0 ${BOX} ${BOX}`} preserveAspectRatio="none" aria-hidden="true">
          {ticks.map((tick) => (
            <line key={tick} class="grid" x1="0" x2={BOX} y1={y(tick) * BOX} y2={y(tick) * BOX} />
          ))}
          {marks.map(([level, value]) => (
            <line
              key={level}
              class={`threshold ${level}`}
              x1="0"
              x2={BOX}
              y1={y(value) * BOX}
              y2={y(value) * BOX}
            />
          ))}
          {series.map(({ name, color, points }) => (
            <path
              key={name}
              style={{ stroke: color }}
              d={pathOf(
                points,
                window.stepMs,
                (atMs) => x(atMs) * BOX,
                (value) => y(value) * BOX,
              )}
            />
          ))}
        </svg>
        {exemplars
          .filter(({ atMs }) => atMs >= window.fromMs && atMs <= window.toMs)
          .map(({ traceId, atMs, value }) => (
            <a
              key={`${traceId} ${atMs}`}
              class="exemplar"
              href={traceHref(traceId)}
              title={`A trace of ${formatValue(value, panel.unit)} at ${formatTime(atMs)}`}
              style={{ left: `${x(atMs) * 100}%`, top: `${y(value) * 100}%` }}
            >
              <span class="sr">Open a trace of {formatValue(value, panel.unit)}</span>
            </a>
          ))}
        {pointerMs.value !== undefined && (
          <AtPointer
            atMs={pointerMs.value}
            share={x(pointerMs.value)}
            panel={panel}
            series={series}
          />
        )}
      </div>
      <TimeAxis window={window} />
    </figure>
  )
}

/** The values at one moment, the largest first. */
function AtPointer(props: {
  atMs: number
  share: number
  panel: Pick<Panel, 'unit'>
  series: readonly NamedSeries[]
}) {
  const { atMs, share } = props
  const values = props.series
    .flatMap(({ name, color, points }) => {
      const point = points.find((each) => each.atMs === atMs)
      return point === undefined ? [] : { name, color, value: point.value }
    })
    .sort((a, b) => b.value - a.value)
  return (
    <>
      <i class="pointer" style={{ left: `${share * 100}%` }} />
      <div
        class={`pointer-values ${share > 0.5 ? 'left' : ''}`}
        style={{ left: `${share * 100}%` }}
      >
        <strong>{formatTime(atMs)}</strong>
        {values.slice(0, MAX_SHOWN_AT_POINTER).map(({ name, color, value }) => (
          <div key={name}>
            <i style={{ background: color }} /> <span>{name}</span>
            <b>{formatValue(value, props.panel.unit)}</b>
          </div>
        ))}
        {values.length > MAX_SHOWN_AT_POINTER && (
          <div class="none">and {values.length - MAX_SHOWN_AT_POINTER} more</div>
        )}
      </div>
    </>
  )
}

function pathOf(
  points: Series['points'],
  stepMs: number,
  x: (atMs: number) => number,
  y: (value: number) => number,
): string {
  let path = ''
  let lastMs = Number.NEGATIVE_INFINITY
  for (const { atMs, value } of points) {
    if (!Number.isFinite(value)) continue
    const place = `${x(atMs).toFixed(1)} ${y(value).toFixed(1)}`
    // A point without neighbours is a short stroke.
    path += atMs - lastMs > 1.5 * stepMs ? `M${place}l0.5 0` : `L${place}`
    lastMs = atMs
  }
  return path
}
