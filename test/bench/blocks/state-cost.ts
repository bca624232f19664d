import type { RealRedis } from '../../support/real-redis.ts'
import { cpuUs } from '../measure/cpu-time.ts'
import { generateLoad, type Protocol } from '../measure/load-generator.ts'
import { formatSpread, spreadOf } from '../measure/spread.ts'
import { formatTable } from '../measure/table.ts'
import { type BenchComponent, startBenchSidecar } from './bench-component.ts'

const VALUE = JSON.stringify({ id: 17, customer: 'c-4711', items: [1, 2, 3], note: 'x'.repeat(60) })
const RATE = 1000

interface Target extends AsyncDisposable {
  readonly port: number
  readonly get: string
  readonly set: string
  readonly protocol?: Protocol
  /** Whose CPU is counted. */
  readonly pid: number
}

interface Cost {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuUs: number
  readonly perSecond: number
  readonly failures: number
}

/** Get and set of one record through a sidecar, and the same record of Redis asked directly, in turns. */
export async function stateCost(
  redis: RealRedis,
  options: { readonly rounds: number; readonly seconds: number },
): Promise<string> {
  const components: Readonly<Record<string, BenchComponent | undefined>> = {
    'Redis, directly': undefined,
    'state.redis': { type: 'state.redis', metadata: { redisHost: redis.address } },
    'state.sqlite': {
      type: 'state.sqlite',
      metadata: { connectionString: '{directory}/state.db' },
    },
    'state.in-memory': { type: 'state.in-memory', metadata: {} },
  }
  const costs = new Map<string, Cost[]>()
  for (let round = 1; round <= options.rounds; round++)
    for (const [name, component] of Object.entries(components)) {
      console.error(`  round ${round}/${options.rounds}: ${name}`)
      await using target =
        component === undefined ? directly(redis) : await throughSidecar(component)
      for (const what of ['set', 'get'] as const) {
        const key = `${what}, ${name}`
        costs.set(key, [...(costs.get(key) ?? []), await cost(target, what, options.seconds)])
      }
    }
  const names = ['get', 'set'].flatMap((what) =>
    Object.keys(components).map((name) => [what, name] as const),
  )
  const rows = names.map(([what, name]) => {
    const own = costs.get(`${what}, ${name}`) ?? []
    const bare = costs.get(`${what}, Redis, directly`) ?? []
    const added = (of: (cost: Cost) => number) =>
      formatSpread(spreadOf(own.map((each, i) => of(each) - of(bare[i] ?? each))), 2)
    return {
      what,
      store: name,
      'added p50 ms': added(({ p50Ms }) => p50Ms),
      'added p99 ms': added(({ p99Ms }) => p99Ms),
      'CPU µs/op, 1000/s': formatSpread(spreadOf(own.map((each) => each.cpuUs))),
      'saturated ops/s': formatSpread(spreadOf(own.map(({ perSecond }) => perSecond))),
      failed: String(own.reduce((sum, { failures }) => sum + failures, 0)),
    }
  })
  return formatTable(rows)
}

async function cost(target: Target, what: 'get' | 'set', seconds: number): Promise<Cost> {
  const load = { port: target.port, request: target[what], seconds, ...protocolOf(target) }
  await generateLoad({ ...load, rate: RATE, seconds: 1 })
  const before = cpuUs(target.pid)
  const steady = await generateLoad({ ...load, rate: RATE })
  const spent = (cpuUs(target.pid) - before) / steady.requests
  const full = await generateLoad({ ...load, rate: 0 })
  return {
    p50Ms: steady.p50Ms,
    p99Ms: steady.p99Ms,
    cpuUs: spent,
    perSecond: full.perSecond,
    failures: steady.failures + full.failures,
  }
}

const protocolOf = ({ protocol }: Target) => (protocol === undefined ? {} : { protocol })

const directly = (redis: RealRedis): Target => ({
  port: redis.port,
  get: command('HGET', 'bench||direct', 'data'),
  set: command('HSET', 'bench||direct', 'data', VALUE),
  protocol: RESP,
  pid: redis.pid,
  [Symbol.asyncDispose]: async () => undefined,
})

async function throughSidecar(component: BenchComponent): Promise<Target> {
  const sidecar = await startBenchSidecar(component)
  const body = `[{"key":"a","value":${VALUE}}]`
  return {
    port: sidecar.port,
    get: 'GET /v1.0/state/bench/a HTTP/1.1\r\nHost: bench\r\n\r\n',
    set: `POST /v1.0/state/bench HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    pid: sidecar.program.pid,
    [Symbol.asyncDispose]: () => sidecar[Symbol.asyncDispose](),
  }
}

const command = (...words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`

/** Numbers and bulk strings, which is all that the two commands answer. */
const RESP: Protocol = {
  end(text) {
    const line = text.indexOf('\r\n')
    if (line === -1) return undefined
    const end = text.startsWith('$') ? line + 2 + Number(text.slice(1, line)) + 2 : line + 2
    return text.length >= end ? end : undefined
  },
  isWell: (text) => !text.startsWith('-') && !text.startsWith('$-1'),
}
