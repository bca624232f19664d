import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { formatSpread, spreadOf } from '../measure/spread.ts'
import { formatTable } from '../measure/table.ts'
import { type Contestant, LINES, ours, promClient } from './contestants.ts'

const OBSERVATIONS = 200_000
const SERIES = [1_000, 10_000, 100_000] as const

const MAKERS: readonly (() => Contestant)[] = [promClient, () => ours(false), () => ours(true)]

/** What a sample costs, a scrape, and a series in memory; beside prom-client alone, in turns. */
export async function benchMetrics({ rounds }: { readonly rounds: number }): Promise<string> {
  return [
    'One sample of a held series of a histogram with Dapr’s 34 bounds.',
    '',
    benchObservations(Math.max(rounds, 5)),
    '',
    'One scrape of such histograms, as text in memory. "held up" is the longest time in which nobody else had a turn.',
    '',
    await benchScrapes(rounds),
  ].join('\n')
}

function benchObservations(rounds: number): string {
  const contestants = MAKERS.map((make) => {
    const contestant = make()
    return { name: contestant.name, observe: contestant.series('/orders'), ns: [] as number[] }
  })
  for (let round = -1; round < rounds; round++)
    for (const { observe, ns } of contestants) {
      const begin = performance.now()
      for (let i = 0; i < OBSERVATIONS; i++) observe(i & 1_023)
      // The first round warms up.
      if (round >= 0) ns.push(((performance.now() - begin) * 1e6) / OBSERVATIONS)
    }
  return formatTable(
    contestants.map(({ name, ns }) => ({
      recorder: name,
      'ns a sample': formatSpread(spreadOf(ns)),
    })),
  )
}

async function benchScrapes(rounds: number): Promise<string> {
  const rows: Record<string, string>[] = []
  for (const count of SERIES) {
    const contestants = MAKERS.map((make) => {
      const contestant = make()
      const before = heapBytes()
      const histograms = Math.ceil(count / LINES)
      for (let i = 0; i < histograms; i++) contestant.series(`/orders/${i}`)(i & 1_023)
      const bytes = (heapBytes() - before) / histograms
      return { contestant, bytes, ms: [] as number[], heldMs: [] as number[], characters: 0 }
    })
    for (let round = 0; round < rounds; round++)
      for (const each of contestants) {
        heapBytes()
        const { ms, heldMs, characters } = await watched(each.contestant)
        each.ms.push(ms)
        each.heldMs.push(heldMs)
        each.characters = characters
      }
    for (const { contestant, bytes, ms, heldMs, characters } of contestants)
      rows.push({
        series: String(count),
        recorder: contestant.name,
        'scrape ms': formatSpread(spreadOf(ms)),
        'held up ms': formatSpread(spreadOf(heldMs), 1),
        MB: (characters / 1e6).toFixed(1),
        // A few are lost among what else the heap holds.
        'heap B/histogram': count < 10_000 ? '' : bytes.toFixed(0),
      })
  }
  return formatTable(rows)
}

/** Takes turns beside the scrape, and tells how long it had to wait for one. */
async function watched(contestant: Contestant) {
  let heldMs = 0
  let last = performance.now()
  let isRunning = true
  const look = (): void => {
    const now = performance.now()
    heldMs = Math.max(heldMs, now - last)
    last = now
    if (isRunning) setImmediate(look)
  }
  setImmediate(look)
  const begin = performance.now()
  const characters = await contestant.scrape()
  const ms = performance.now() - begin
  isRunning = false
  look()
  return { ms, heldMs, characters }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapBytes(): number {
  collect()
  return process.memoryUsage().heapUsed
}
