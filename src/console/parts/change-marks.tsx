import type { ChangeMark } from '../model/sampling-changes.ts'
import { sidecarHref } from '../sidecar-link.ts'

/** Lines over a chart of time where sidecars began to decide by another Configuration. */
export const ChangeMarks = ({ marks }: { marks: readonly ChangeMark[] }) => (
  <div class="change-marks">
    {marks.map(({ shares: [first = 0, ...more], isTurned, label, title, appId }) => (
      <div key={title}>
        <a
          class={isTurned ? 'turned' : ''}
          style={isTurned ? { right: `${(1 - first) * 100}%` } : { left: `${first * 100}%` }}
          href={appId === undefined ? 'configuration' : sidecarHref(appId)}
          title={title}
          aria-label={`Sampling changed: ${title.replaceAll('\n', '; ')}`}
        >
          {label}
        </a>
        {[first, ...more].map((share) => (
          <i key={share} style={{ left: `${share * 100}%` }} />
        ))}
      </div>
    ))}
  </div>
)
