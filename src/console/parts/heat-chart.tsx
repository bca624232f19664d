import type { Panel } from '../../dashboards/index.ts'
import { formatValue } from '../model/board-units.ts'
import { heatCells } from '../model/heat-cells.ts'
import type { BoardWindow, Series } from '../model/series.ts'
import { formatTime } from '../model/times.ts'
import { TimeAxis } from './time-axis.tsx'

/** How many took how long, step by step: the darker, the more. */
export function HeatChart(props: {
  panel: Pick<Panel, 'unit' | 'title'>
  series: readonly Series[]
  window: BoardWindow
}) {
  const { panel, series, window } = props
  const { bounds, cells } = heatCells(series, window)
  const steps = (window.toMs - window.fromMs) / window.stepMs + 1
  const rows = Math.max(1, bounds.length)
  const every = Math.ceil(rows / 6)
  return (
    <figure class="chart" aria-label={panel.title}>
      <div class="chart-y">
        {bounds.map((bound, row) =>
          row % every !== 0 ? null : (
            <span key={bound} style={{ bottom: `${((row + 0.5) / rows) * 100}%` }}>
              {Number.isFinite(bound) ? `≤ ${formatValue(bound, panel.unit)}` : 'more'}
            </span>
          ),
        )}
      </div>
      <div class="chart-area heat">
        <svg viewBox={`0 0 ${steps} ${rows}`} preserveAspectRatio="none" aria-hidden="true">
          {cells.map(({ atMs, row, share, perSecond }) => (
            <rect
              key={`${atMs} ${row}`}
              x={(atMs - window.fromMs) / window.stepMs}
              y={rows - 1 - row}
              width="1"
              height="1"
              style={{ opacity: 0.12 + 0.88 * share }}
            >
              <title>
                {`${formatTime(atMs)}: ${formatValue(perSecond, 'per_second')} up to ${formatValue(bounds[row], panel.unit)}`}
              </title>
            </rect>
          ))}
        </svg>
      </div>
      <TimeAxis window={window} />
    </figure>
  )
}
