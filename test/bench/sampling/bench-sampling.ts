import { formatSpread, quantile, spreadOf } from '../measure/spread.ts'
import { runReload } from '../reload/reload-run.ts'
import { benchDecisions } from './decision-cost.ts'
import { benchKeep } from './keep-completeness.ts'
import { benchKeepMemory } from './keep-memory.ts'

/** What a decision costs, what `keep` keeps and holds, and how soon an edit is in force. */
export async function benchSampling({ seconds }: { readonly seconds: number }): Promise<string> {
  const decisions = benchDecisions()
  const keep = await benchKeep(2_000)
  const memory = await benchKeepMemory(seconds)
  const edits = await editsToInForce(100)
  return [
    'One decision, 40 operations in turn, every second one matching a rule; without telling operations apart nothing is looked up.',
    '',
    decisions,
    '',
    '`keep` at 1 %, one request in fifty goes wrong, three sidecars, budget unlimited: traces of failed requests that arrived complete.',
    '',
    keep,
    '',
    `One sidecar at 1 % for ${seconds} s, 1900 fast and 100 slow requests a second.`,
    '',
    memory,
    '',
    edits,
  ].join('\n')
}

async function editsToInForce(edits: number): Promise<string> {
  const delays: number[] = []
  let lastUs = 0
  const { requests, failures } = await runReload({
    requestsPerSecond: 200,
    edits,
    async afterEdit(port, edit) {
      for (;;) {
        const answer = await fetch(`http://127.0.0.1:${port}/v1.0/metadata`)
        const { sidelight } = (await answer.json()) as {
          sidelight: { configuration: { generation: number; sinceUs: number } }
        }
        if (sidelight.configuration.generation < edit + 2) continue
        lastUs = sidelight.configuration.sinceUs
        delays.push(lastUs)
        return
      }
    },
    beforeEnd: async () => undefined,
  }).then((run) => {
    run.edits.forEach(({ atUs }, i) => {
      delays[i] = ((delays[i] ?? 0) - atUs) / 1000
    })
    return run
  })
  const sorted = Float64Array.from(delays).sort()
  return [
    `- ${edits} edits under ${requests} requests, ${failures} failed: in force after ${formatSpread(spreadOf(delays))} ms,`,
    `  p50 ${quantile(sorted, 0.5).toFixed(0)} ms, p99 ${quantile(sorted, 0.99).toFixed(0)} ms (files are polled four times a second)`,
  ].join('\n')
}
