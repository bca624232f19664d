import { type BoardWindow, timeTicks } from '../model/series.ts'
import { formatTime } from '../model/times.ts'

/** Times below a chart, at whole minutes. */
export const TimeAxis = ({ window }: { window: BoardWindow }) => (
  <div class="chart-x">
    {timeTicks(window).map((atMs) => (
      <span
        key={atMs}
        style={{ left: `${((atMs - window.fromMs) / (window.toMs - window.fromMs)) * 100}%` }}
      >
        {formatTime(atMs).slice(0, 5)}
      </span>
    ))}
  </div>
)
