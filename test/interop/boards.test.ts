import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { eventually } from '../support/eventually.ts'
import { requirePartner } from '../support/partners.ts'
import { type RealPrometheus, startPrometheus } from '../support/real-prometheus.ts'
import { type Demo, startDemo } from './boards/demo.ts'
import { exercise } from './boards/exercise.ts'
import { SCRAPE_INTERVAL_S, type ShownQuery, shownQueries } from './boards/shown-queries.ts'

const RULES = fileURLToPath(new URL('../../dashboards/prometheus/', import.meta.url))
const PATIENCE = { deadlineMs: 60_000, intervalMs: 500 }

/** Boards, panels and queries that have nothing to show here, and why. */
const EMPTY: Readonly<Record<string, string>> = {
  'dapr-control-plane/': 'the demo has no control plane of Dapr',
  'dapr-resiliency-and-security/Callers':
    'Dapr names the callers, and none here has proven who it is',
}
/** What may stay at 0, since all is well there. */
const QUIET: Readonly<Record<string, string>> = {
  'sidelight-overview/Dropped spans': 'the backend takes all of them',
  'sidelight-overview/Budget of latency, spent how fast B': 'a mark for an app, no number',
  'dapr-overview/Budget of latency, spent how fast B': 'a mark for an app, no number',
  'sidelight-telemetry-pipeline/Spans dropped, by reason': 'the backend takes all of them',
  'sidelight-telemetry-pipeline/Kept too late, or not at all': 'what is kept fits',
  'sidelight-telemetry-pipeline/Samples without a series': 'no label has so many values',
  'sidelight-resiliency-and-security/Callers allowed and turned away A':
    'the one policy allows nobody',
}

const isIn = (list: Readonly<Record<string, string>>, { where }: ShownQuery): boolean =>
  Object.keys(list).some((start) => where.startsWith(start))

/** The shipped configuration: only where the demo is, and how often it is looked at, is another. */
async function shippedConfig(backend: string): Promise<string> {
  const text = await readFile(`${RULES}prometheus.yaml`, 'utf8')
  return text
    .replaceAll('localhost:9411', backend)
    .replaceAll('15s', `${SCRAPE_INTERVAL_S}s`)
    .replaceAll(/\w+\.rules\.yaml/g, (name) => RULES + name)
}

describe('the boards of Grafana on a real Prometheus that scrapes the demo', () => {
  let demo: Demo | undefined
  let prometheus: RealPrometheus | undefined
  let queries: readonly ShownQuery[] = []

  before(async function () {
    this.timeout(60_000)
    requirePartner(this, 'prometheus')
    const started = await startDemo()
    demo = started
    prometheus = await startPrometheus(this, { config: await shippedConfig(started.backend) })
    queries = await shownQueries()
  })
  after(async () => {
    await prometheus?.[Symbol.asyncDispose]()
    await demo?.[Symbol.asyncDispose]()
  })

  const ask = async <T>(path: string, parameters: Record<string, string> = {}): Promise<T> => {
    const response = await fetch(
      `${prometheus?.url}/api/v1/${path}?${new URLSearchParams(parameters)}`,
    )
    const { data, error } = (await response.json()) as { data: T; error?: string }
    assert.equal(error, undefined, JSON.stringify(parameters))
    return data
  }
  /** Every number of every series since the start. */
  const numbersOf = async ({ expr }: ShownQuery): Promise<readonly number[]> => {
    const end = Date.now() / 1_000
    const { result } = await ask<{ result: { values: [number, string][] }[] }>('query_range', {
      query: expr,
      start: String(end - 180),
      end: String(end),
      step: String(SCRAPE_INTERVAL_S),
    })
    return result.flatMap(({ values }) => values.map(([, value]) => Number(value)))
  }

  test('have an answer to every query, and a number where the demo has something to count', async function () {
    this.timeout(90_000)
    assert.ok(demo)
    const running = demo
    let open = queries.filter((query) => !isIn(EMPTY, query))
    let round = 0
    await eventually(async () => {
      await exercise(running, round++)
      const silent = await Promise.all(
        open.map(async (query) => {
          const numbers = await numbersOf(query)
          return !numbers.some((number) => (isIn(QUIET, query) ? number >= 0 : number > 0))
        }),
      )
      open = open.filter((_, i) => silent[i])
      assert.deepEqual(
        open.map(({ where }) => where),
        [],
      )
      return true
    }, PATIENCE)
    assert.ok(queries.length > 150)
    for (const query of queries.filter((each) => isIn(EMPTY, each)))
      assert.deepEqual(await numbersOf(query), [], `${query.where} is not empty any more`)
  })

  test('say of each line which app it is of, and count sidecars only', async () => {
    const sidecars = queries.find(({ where }) => where === 'sidelight-overview/Sidecars')
    assert.equal(Math.max(...(await numbersOf(sidecars ?? assert.fail()))), 6)
    for (const { where, expr, legend } of queries) {
      if (!legend.includes('{{app_id}}')) continue
      const { result } = await ask<{ result: { metric: { app_id?: string } }[] }>('query', {
        query: expr,
      })
      assert.deepEqual(
        result.filter(({ metric }) => metric.app_id === undefined),
        [],
        where,
      )
    }
  })

  test('draw a map on which every line ends at a node', async () => {
    interface Edge {
      readonly id: string
      readonly source: string
      readonly target: string
    }
    const metricsOf = async (part: string): Promise<readonly Edge[]> => {
      const query = queries.find(
        ({ where }) => where === `sidelight-overview/Who calls whom ${part}`,
      )
      const { result } = await ask<{ result: { metric: Edge }[] }>('query', {
        query: query?.expr ?? '',
      })
      return result.map(({ metric }) => metric)
    }
    const nodes = new Set((await metricsOf('A')).map(({ id }) => id))
    const edges = await metricsOf('B')
    assert.ok(edges.some(({ id }) => id === 'customers-storefront'))
    for (const { id, source, target } of edges)
      assert.ok(nodes.has(source) && nodes.has(target), id)
  })

  test('stand beside rules that evaluate, each of them', async function () {
    this.timeout(30_000)
    interface Rule {
      readonly name: string
      readonly health: string
      readonly lastError?: string
    }
    await eventually(async () => {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>('rules')
      const rules = groups.flatMap((group) => group.rules)
      assert.ok(rules.length > 20)
      for (const { name, health, lastError } of rules)
        assert.equal(health, 'ok', `${name}: ${lastError}`)
      return true
    }, PATIENCE)
  })

  test('lead from the points of each latency to traces that open', async function () {
    this.timeout(60_000)
    const withPoints = queries.filter(({ hasExemplars }) => hasExemplars)
    assert.ok(withPoints.length > 10)
    for (const { where, expr } of withPoints)
      await eventually(async () => {
        const found = (await prometheus?.exemplars(expr)) ?? []
        const trace = found.at(-1)?.labels.trace_id
        assert.ok(trace, `${where} has no exemplar`)
        const response = await fetch(`http://${demo?.backend}/api/v2/trace/${trace}`)
        assert.equal(response.status, 200, `${where} leads to ${trace}, which is not there`)
        return true
      }, PATIENCE)
  })
})
