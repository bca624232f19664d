import { formatDuration } from '../../base/short-duration.ts'
import { formatExact } from '../model/times.ts'

const SECOND_US = 1_000_000

/** How long an override still holds, by the clock of the sidecar that ends it. */
export function Countdown({ untilUs, nowUs }: { untilUs: number; nowUs: number }) {
  const seconds = Math.ceil((untilUs - nowUs) / SECOND_US)
  return (
    <time class="countdown" title={`until ${formatExact(untilUs / 1000)}`}>
      {seconds > 0 ? `ends in ${formatDuration(seconds * SECOND_US)}` : 'ended'}
    </time>
  )
}
