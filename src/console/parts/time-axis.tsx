import type { BoardWindow } from '../model/series.ts'
import { formatTime } from '../model/times.ts'

/** Five times below a chart. */
export const TimeAxis = ({ window: { fromMs, toMs } }: { window: BoardWindow }) => (
  <div class="chart-x">
    {[0, 0.25, 0.5, 0.75, 1].map((share) => (
      <span key={share} style={{ left: `${share * 100}%` }}>
        {formatTime(fromMs + share * (toMs - fromMs)).slice(0, 5)}
      </span>
    ))}
  </div>
)
