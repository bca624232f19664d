import { setTimeout as pause } from 'node:timers/promises'
import { formatSpread, spreadOf } from '../measure/spread.ts'
import { type Edit, runReload } from './reload-run.ts'

const RATE = 500

/** When an edit took hold is read from the spans: the first one after a 1, the last one after a 0. */
export async function benchReload({ edits = 20 } = {}): Promise<string> {
  const run = await runReload({
    requestsPerSecond: RATE,
    edits,
    afterEdit: () => pause(1000),
    beforeEnd: () => pause(500),
  })
  const delays = tookHold(run.edits, run.spanTimesUs, run.endUs)
  const late = delays.filter((ms) => ms > 1000).length
  const [before, after] = run.listening
  return [
    `- ${run.requests} requests at ${RATE} a second, ${run.failures} failed, while the rate was edited ${edits} times between 1 and 0`,
    `- an edit took hold after ${formatSpread(spreadOf(delays))} ms, ${late} of ${delays.length} later than 1 s`,
    `- ${run.spanTimesUs.length} spans received; same process: ${run.isSameProcess}; same listening sockets: ${before === after} (${after.split(' ').length})`,
    '- the event stream opened before the first edit took an event after the last one',
  ].join('\n')
}

/** Milliseconds from each edit to the first (rate 1) or last (rate 0) span of its time. */
function tookHold(edited: readonly Edit[], times: readonly number[], endUs: number): number[] {
  return edited.map(({ rate, atUs }, i) => {
    const untilUs = edited[i + 1]?.atUs ?? endUs
    const within = times.filter((at) => at >= atUs && at < untilUs)
    if (rate === 0) return ((within.at(-1) ?? atUs) - atUs) / 1000
    return within[0] === undefined ? Number.POSITIVE_INFINITY : (within[0] - atUs) / 1000
  })
}
