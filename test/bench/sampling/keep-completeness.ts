import { eventually } from '../../support/eventually.ts'
import { KEEP_CASES, type KeepCase, SLOW_MS, startKeepChain } from '../../support/keep-chain.ts'
import { startSpanReceiver } from '../../support/span-receiver.ts'
import { tracing } from '../../support/test-sidecars.ts'
import { formatTable } from '../measure/table.ts'

const CONCURRENCY = 8
/** One request in so many goes wrong: 2 %. */
const BAD_EVERY = 50

/** At 1 %: the share of traces of failed requests that arrive complete, by way of failing. */
export async function benchKeep(requests: number): Promise<string> {
  const rows: Record<string, string>[] = []
  for (const [keepCase, spans] of Object.entries(KEEP_CASES)) {
    await using receiver = await startSpanReceiver()
    const slowness = keepCase.startsWith('slow') ? `, slowerThan: ${SLOW_MS / 2}ms` : ''
    await using chain = await startKeepChain(
      tracing({
        rate: '0.01',
        endpoint: receiver.url,
        extra: `sampling: { keep: { errors: true, perSecond: 100000${slowness} } }`,
      }),
    )
    const bad: string[] = []
    let sent = 0
    const lane = async (): Promise<void> => {
      while (sent < requests) {
        const isBad = sent++ % BAD_EVERY === BAD_EVERY - 1
        const traceId = await chain.send(keepCase as KeepCase, isBad)
        if (isBad) bad.push(traceId)
      }
    }
    await Promise.all(Array.from({ length: CONCURRENCY }, lane))
    const countOf = (): Map<string, number> => {
      const counts = new Map<string, number>()
      for (const { traceId } of receiver.spans) counts.set(traceId, (counts.get(traceId) ?? 0) + 1)
      return counts
    }
    const isComplete = (counts: Map<string, number>, id: string) => (counts.get(id) ?? 0) >= spans
    // What is still on its way gets two seconds; what is missing then is missing.
    await eventually(() => bad.every((id) => isComplete(countOf(), id)), {
      deadlineMs: 2_000,
    }).catch(() => undefined)
    const counts = countOf()
    const complete = bad.filter((id) => isComplete(counts, id)).length
    rows.push({
      case: keepCase,
      requests: String(requests),
      failed: String(bad.length),
      complete: `${((100 * complete) / bad.length).toFixed(1)} %`,
      traces: String(counts.size),
      'misses by reason': await missesOf(chain.sidecars.all),
    })
  }
  return formatTable(rows)
}

async function missesOf(sidecars: readonly { metrics(): Promise<string> }[]): Promise<string> {
  const sums = new Map<string, number>()
  for (const sidecar of sidecars)
    for (const [, reason = '', count] of (await sidecar.metrics()).matchAll(
      /^sidelight_keep_misses_total\{reason="(\w+)"\} (\d+)/gm,
    ))
      sums.set(reason, (sums.get(reason) ?? 0) + Number(count))
  return [...sums].map(([reason, count]) => `${reason} ${count}`).join(', ') || 'none'
}
