import { quantile } from '../measure/spread.ts'
import type { Traffic } from './trace-generator.ts'

export interface SearchResult {
  readonly name: string
  readonly p50Ms: number
  readonly p95Ms: number
  readonly cpuMs: number
  readonly count: number
  /** Of the answers that had a trace in them. */
  readonly found: number
}

const MOST = 100

interface Search {
  readonly name: string
  /** Path and query of the nth look. */
  target(index: number): string
}

/** What the console's pages ask, over all data unless said otherwise. */
export function searches(
  traffic: Traffic,
  cycles: number,
  endMs: number,
  lookbackMs: number,
): Search[] {
  const service = (index: number): string =>
    traffic.services[index % traffic.services.length] as string
  const traces = (index: number, more: Record<string, string> = {}): string =>
    `/api/v2/traces?${new URLSearchParams({
      serviceName: service(index),
      endTs: String(endMs),
      lookback: String(lookbackMs),
      limit: '10',
      ...more,
    })}`
  const quarterHour = (index: number): Record<string, string> => ({
    endTs: String(endMs - Math.floor(lookbackMs * ((index * 0.618) % 1))),
    lookback: '900000',
  })
  const status = { annotationQuery: 'http.status_code=500' }
  const user = { annotationQuery: `user.id=${traffic.rareUser}` }
  const trace = (index: number): string =>
    traffic.traceId(index % cycles, (index * 7919) % traffic.tracesPerCycle)
  return [
    { name: 'services', target: () => '/api/v2/services' },
    { name: 'span names', target: (i) => `/api/v2/spans?serviceName=${service(i)}` },
    { name: 'trace by id', target: (i) => `/api/v2/trace/${trace(i)}` },
    { name: 'service, all data', target: (i) => traces(i) },
    { name: 'service, 15 min', target: (i) => traces(i, quarterHour(i)) },
    { name: '+ status 500', target: (i) => traces(i, status) },
    { name: '+ rare user', target: (i) => traces(i, user) },
    { name: '+ duration ≥ 190 ms', target: (i) => traces(i, { minDuration: '190000' }) },
    { name: '+ duration ≥ 10 min', target: (i) => traces(i, { minDuration: '600000000' }) },
  ]
}

/** One look after the other, at most 100 or that long; the first is not counted. */
export async function timeSearch(
  url: string,
  search: Search,
  seconds: number,
  cpu: () => number,
): Promise<SearchResult> {
  await look(url, search.target(0))
  const times: number[] = []
  let found = 0
  const before = cpu()
  const began = performance.now()
  for (let i = 1; i <= MOST && performance.now() - began < seconds * 1000; i++) {
    const start = performance.now()
    const text = await look(url, search.target(i))
    times.push(performance.now() - start)
    if (text.length > 2) found++
  }
  times.sort((a, b) => a - b)
  return {
    name: search.name,
    p50Ms: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
    cpuMs: (cpu() - before) / 1000 / times.length,
    count: times.length,
    found,
  }
}

async function look(url: string, target: string): Promise<string> {
  const answer = await fetch(url + target)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${target}: ${answer.status} ${text.slice(0, 200)}`)
  return text
}
