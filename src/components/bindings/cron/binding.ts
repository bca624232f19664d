import type { Clock } from '../../../base/clock.ts'
import { Fault } from '../../../base/fault.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Binding, HandleEvent } from '../contract.ts'
import type { Schedule } from './schedule.ts'
import { startTicker } from './ticker.ts'

/** A tick waits for no other, as in daprd; when so many are under way, the next ones are left out. */
const MAX_UNDER_WAY = 100
const NOTHING = new Uint8Array()

export const createCronBinding = (schedule: Schedule, clock: Clock, log: Logger): Binding => ({
  features: new Set(['INPUT_BINDING']),
  operations: [],
  async invoke() {
    throw new Fault('BINDING_UNSUPPORTED', 'a cron binding calls the app and nothing else')
  },
  read: (handle) => readTicks(schedule, clock, log, handle),
  async [Symbol.asyncDispose]() {},
})

function readTicks(
  schedule: Schedule,
  clock: Clock,
  log: Logger,
  handle: HandleEvent,
): AsyncDisposable {
  const ending = new AbortController()
  const underWay = new Set<Promise<void>>()
  let isFull = false
  const stop = startTicker(schedule, clock, () => {
    const wasFull = isFull
    isFull = underWay.size >= MAX_UNDER_WAY
    if (isFull && !wasFull)
      log.warning(`${MAX_UNDER_WAY} ticks are still with the app: the next ones are left out`)
    if (isFull) return
    const event = { data: NOTHING, metadata: metadataOf(clock) }
    const handled = handle(event, ending.signal).finally(() => underWay.delete(handled))
    underWay.add(handled)
  })
  return {
    async [Symbol.asyncDispose]() {
      stop()
      ending.abort()
      await Promise.all(underWay)
    },
  }
}

/** daprd's, in Go's form. */
const metadataOf = (clock: Clock): Readonly<Record<string, string>> => ({
  timeZone: 'Local',
  readTimeUTC: new Date(clock.nowUs() / 1_000)
    .toISOString()
    .replace(/^(.*)T(.*?)(?:\.000)?Z$/, '$1 $2 +0000 UTC'),
})
