import type { Clock } from '../../base/clock.ts'
import type { Outcome, Step } from '../../net/index.ts'
import type { SidecarExchange } from '../exchange.ts'

/** Tells those who watch live of each request, when its last byte has left. */
export const tap = (
  clock: Clock,
  tell: (x: SidecarExchange, outcome: Outcome, durationMs: number) => void,
): Step<SidecarExchange> => ({
  name: 'tap',
  done: (x, outcome) => tell(x, outcome, clock.elapsedMs() - x.startMs),
})
