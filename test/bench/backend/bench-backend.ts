import { eventually } from '../../support/eventually.ts'
import { freePort } from '../../support/free-ports.ts'
import { findPartner } from '../../support/partners.ts'
import { startZipkin } from '../../support/real-zipkin.ts'
import { spawnCli } from '../../support/spawn-cli.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { coarseCpuUs, cpuUs, memoryOf } from '../measure/cpu-time.ts'
import { formatTable } from '../measure/table.ts'
import { type IngestResult, ingest } from './ingest.ts'
import { type SearchResult, searches, timeSearch } from './searches.ts'
import { createTraffic } from './trace-generator.ts'

const HOUR_MS = 3_600_000
const SPAN_HOURS = 10
const TRACES_PER_CYCLE = 10_000
/** About, for a plan of the cycles before the data is made. */
const SPANS_PER_TRACE = 9.4

interface Server extends AsyncDisposable {
  readonly name: string
  readonly url: string
  readonly pid: number
  readonly readyMs: number
  cpu(): number
}

interface Outcome {
  readonly server: string
  readonly readyMs: number
  readonly ingest: IngestResult
  readonly rssMb: number
  readonly searches: readonly SearchResult[]
}

/** The same spans and the same questions to our backend on disk, to ours in memory, and to a real Zipkin. */
export async function benchBackend(options: {
  readonly spans: number
  readonly seconds: number
}): Promise<string> {
  const outcomes: Outcome[] = []
  const endMs = Date.now()
  // One after the other: each has the machine to itself and the memory of the last is free again.
  for (const start of [
    () => startOurs('sidelight disk', (data) => [`--data=${data}`]),
    () => startOurs('sidelight memory', () => ['--memory', '--max-spans=5000000']),
    startTheirs,
  ]) {
    await using server = await start()
    if (server === undefined) continue
    console.error(`  ${server.name}`)
    outcomes.push(await examine(server, { ...options, endMs }))
  }
  return report(outcomes, options.spans)
}

async function examine(
  server: Server,
  {
    spans,
    seconds,
    endMs,
  }: { readonly spans: number; readonly seconds: number; readonly endMs: number },
): Promise<Outcome> {
  const traces = Math.max(1, Math.min(TRACES_PER_CYCLE, Math.ceil(spans / SPANS_PER_TRACE)))
  const cycles = Math.max(1, Math.round(spans / (traces * SPANS_PER_TRACE)))
  const lookbackMs = SPAN_HOURS * HOUR_MS
  const traffic = createTraffic({
    traces,
    startUs: (endMs - lookbackMs) * 1000,
    cycleUs: Math.floor((lookbackMs * 1000) / (cycles + 1)),
  })
  const ingested = await ingest(server.url, traffic, cycles, () => server.cpu())
  const { rssMb } = memoryOf(server.pid)
  const results: SearchResult[] = []
  const asked = searches(traffic, cycles, endMs, lookbackMs)
  for (const search of asked)
    results.push(await timeSearch(server.url, search, seconds, () => server.cpu()))
  const { name, readyMs } = server
  return { server: name, readyMs, ingest: ingested, rssMb, searches: results }
}

async function startOurs(
  name: string,
  storeFlags: (data: string) => string[],
): Promise<Server | undefined> {
  const directory = await temporaryDirectory('sidelight-bench-')
  const port = await freePort()
  const began = performance.now()
  const program = await spawnCli(
    ['backend', `--port=${port}`, ...storeFlags(directory.file('data'))],
    { env: { SIDELIGHT_HOME: directory.path } },
  )
  const url = `http://127.0.0.1:${port}`
  const dispose = async (): Promise<void> => {
    await program[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  }
  try {
    await eventually(
      async () => {
        if (program.exited === undefined) return (await fetch(`${url}/health`)).ok
        throw new Error(`it ended:\n${program.output}`)
      },
      { intervalMs: 2 },
    )
  } catch (error) {
    await dispose()
    console.error(`  ${name}: not measured, ${String(error)}`)
    return undefined
  }
  const readyMs = performance.now() - began
  const { pid } = program
  return { name, url, pid, readyMs, cpu: () => cpuUs(pid), [Symbol.asyncDispose]: dispose }
}

async function startTheirs(): Promise<Server | undefined> {
  const java = findPartner('java')
  const jar = findPartner('zipkin')
  if (java === undefined || jar === undefined) {
    console.error('  Zipkin: not measured, not here (see test/support/partners.ts)')
    return undefined
  }
  const began = performance.now()
  const zipkin = await startZipkin(java, jar, { heap: '4g', env: { MEM_MAX_SPANS: '5000000' } })
  return {
    name: 'Zipkin memory',
    url: zipkin.url,
    pid: zipkin.pid,
    readyMs: performance.now() - began,
    cpu: () => coarseCpuUs(zipkin.pid),
    [Symbol.asyncDispose]: () => zipkin[Symbol.asyncDispose](),
  }
}

function report(outcomes: readonly Outcome[], spans: number): string {
  const theirs = outcomes.find(({ server }) => server === 'Zipkin memory')
  const ratio = (ours: number, other: number | undefined): string =>
    other === undefined ? '' : ` (${(ours / other).toFixed(2)} ×)`
  const ingestRows = outcomes.map(({ server, readyMs, ingest: one, rssMb }) => ({
    server,
    'ready ms': readyMs.toFixed(0),
    'acked spans': String(one.acknowledged),
    refused: String(one.refused),
    'CPU µs/span':
      one.cpuUsPerSpan.toFixed(1) + ratio(one.cpuUsPerSpan, theirs?.ingest.cpuUsPerSpan),
    'spans/s': one.perSecond.toFixed(0),
    'RSS MB': rssMb.toFixed(0),
  }))
  const searchRows = (outcomes[0]?.searches ?? []).map(({ name }, i) => {
    const cells = outcomes.map(({ server, searches: all }) => {
      const one = all[i]
      const other = theirs?.searches[i]
      if (one === undefined) return [server, '']
      const text = `${one.p50Ms.toFixed(1)} / ${one.p95Ms.toFixed(1)}${ratio(one.p95Ms, other?.p95Ms)}, ${one.found}/${one.count}`
      return [server, text]
    })
    return { search: name, ...Object.fromEntries(cells) }
  })
  return [
    `${spans} spans over ${SPAN_HOURS} h in POSTs of 100, 8 connections. Sidelight's disk store syncs before it answers 202. In brackets: × Zipkin's, in the same run.`,
    '',
    formatTable(ingestRows),
    '',
    'Searches, limit 10: p50 / p95 ms, looks that found something of all looks.',
    '',
    formatTable(searchRows),
  ].join('\n')
}
