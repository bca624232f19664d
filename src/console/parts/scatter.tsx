import type { Signal } from '@preact/signals'
import { formatDuration } from '../../base/short-duration.ts'
import type { Trace } from '../../wire/trace/trace.ts'
import type { SamplingChange } from '../model/sampling-changes.ts'
import { placePoints } from '../model/scatter-points.ts'
import { formatTime } from '../model/times.ts'
import { traceHref } from '../router.ts'
import { ChangeMarks } from './change-marks.tsx'

/** Start × duration of what was found. The list below holds the same for the keyboard. */
export function Scatter(props: {
  traces: readonly Trace[]
  changes: readonly SamplingChange[]
  hovered: Signal<string | undefined>
}) {
  const { traces, changes, hovered } = props
  const plot = placePoints(traces, changes)
  return (
    <figure class="scatter" aria-label="Duration over time">
      <div class="scatter-y">
        {plot.yTicks.map(({ us, share }) => (
          <span key={us} style={{ bottom: `${share * 100}%` }}>
            {formatDuration(us)}
          </span>
        ))}
      </div>
      <ChangeMarks marks={plot.marks} />
      <svg aria-hidden="true">
        {plot.yTicks.map(({ us, share }) => (
          <line
            key={us}
            x1="0"
            x2="100%"
            y1={`${(1 - share) * 100}%`}
            y2={`${(1 - share) * 100}%`}
          />
        ))}
        {plot.points.map(({ trace, x, y }) => (
          <a
            key={trace.traceId}
            href={traceHref(trace.traceId)}
            tabindex={-1}
            onMouseEnter={() => (hovered.value = trace.traceId)}
            onMouseLeave={() => (hovered.value = undefined)}
          >
            <circle
              class={`${trace.errors.length > 0 ? 'bad' : ''} ${hovered.value === trace.traceId ? 'hovered' : ''}`}
              cx={`${x * 100}%`}
              cy={`${(1 - y) * 100}%`}
              r={hovered.value === trace.traceId ? 7 : 4.5}
            >
              <title>
                {`${trace.main.service} ${trace.main.span.name ?? ''}\n${formatDuration(trace.durationUs)} at ${formatTime(trace.startUs / 1000)}, ${trace.nodes.length} spans, ${trace.errors.length} errors`}
              </title>
            </circle>
          </a>
        ))}
      </svg>
      <div class="scatter-x">
        {plot.xTicks.map(({ us, share }) => (
          <span key={us} style={{ left: `${share * 100}%` }}>
            {formatTime(us / 1000)}
          </span>
        ))}
      </div>
    </figure>
  )
}
