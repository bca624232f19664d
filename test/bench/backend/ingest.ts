import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Traffic } from './trace-generator.ts'

const CONNECTIONS = 8
/** A server may go on after its 202: it is done when it takes less than 5 % of a core. */
const QUIET_US_PER_SECOND = 50_000
const QUIET_DEADLINE_S = 30

export interface IngestResult {
  readonly acknowledged: number
  readonly refused: number
  readonly perSecond: number
  /** Per acknowledged span, work after the answer included. */
  readonly cpuUsPerSpan: number
}

/** Sends that many whole cycles, each POST answered before the next on its connection. */
export async function ingest(
  url: string,
  traffic: Traffic,
  cycles: number,
  cpu: () => number,
): Promise<IngestResult> {
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 })
  const batches = (function* () {
    for (let cycle = 0; cycle < cycles; cycle++) yield* traffic.cycle(cycle)
  })()
  let acknowledged = 0
  let refused = 0
  const before = cpu()
  const began = performance.now()
  const send = async (): Promise<void> => {
    for (;;) {
      const { value } = batches.next()
      if (value === undefined) return
      const answer = await pool.request({
        method: 'POST',
        path: '/api/v2/spans',
        headers: { 'content-type': 'application/json' },
        body: value.body,
      })
      await answer.body.dump()
      if (answer.statusCode === 202) acknowledged += value.spans
      else refused += value.spans
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, send))
  const seconds = (performance.now() - began) / 1000
  await quiet(cpu)
  const cpuUsPerSpan = (cpu() - before) / acknowledged
  await pool.close()
  return { acknowledged, refused, perSecond: acknowledged / seconds, cpuUsPerSpan }
}

async function quiet(cpu: () => number): Promise<void> {
  for (let second = 0; second < QUIET_DEADLINE_S; second++) {
    const before = cpu()
    await pause(1000)
    if (cpu() - before < QUIET_US_PER_SECOND) return
  }
}
