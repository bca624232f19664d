import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient } from '@redis/client'
import { eventually } from '../../support/eventually.ts'
import type { RealRedis } from '../../support/real-redis.ts'
import { cpuUs, memoryOf } from '../measure/cpu-time.ts'
import { generateLoad } from '../measure/load-generator.ts'
import { formatSpread, quantile, spreadOf } from '../measure/spread.ts'
import { formatTable } from '../measure/table.ts'
import { type BenchComponent, startBenchSidecar } from './bench-component.ts'

const RATE = 1000
const QUEUED = 100_000

interface Delivery {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuUs: number
}

/**
 * From the publisher's call to the subscriber's handler, beside a stream of Redis written and read directly; then
 * a queue of 100 000: what it costs to hold, and how fast one subscriber gets through it.
 */
export async function messageCost(
  redis: RealRedis,
  options: { readonly rounds: number; readonly seconds: number },
): Promise<string> {
  const components: Readonly<Record<string, BenchComponent>> = {
    'pubsub.redis': { type: 'pubsub.redis', metadata: { redisHost: redis.address } },
    'pubsub.sqlite': {
      type: 'pubsub.sqlite',
      metadata: { connectionString: '{directory}/messages.db' },
    },
    'pubsub.in-memory': { type: 'pubsub.in-memory', metadata: {} },
  }
  const direct: Delivery[] = []
  const deliveries = new Map<string, Delivery[]>()
  for (let round = 1; round <= options.rounds; round++) {
    console.error(`  round ${round}/${options.rounds}: Redis, directly`)
    await redis.command('FLUSHALL')
    direct.push(await directly(redis, options.seconds))
    for (const [name, component] of Object.entries(components)) {
      console.error(`  round ${round}/${options.rounds}: ${name}`)
      await redis.command('FLUSHALL')
      deliveries.set(name, [
        ...(deliveries.get(name) ?? []),
        await throughSidecar(component, options.seconds),
      ])
    }
  }
  const rows = []
  for (const [name, component] of Object.entries(components)) {
    console.error(`  ${QUEUED} queued: ${name}`)
    await redis.command('FLUSHALL')
    const all = deliveries.get(name) ?? []
    const added = (of: (delivery: Delivery) => number) =>
      formatSpread(spreadOf(all.map((each, i) => of(each) - of(direct[i] ?? each))), 2)
    const queue = await drain(component)
    rows.push({
      broker: name,
      'added p50 ms': added(({ p50Ms }) => p50Ms),
      'added p99 ms': added(({ p99Ms }) => p99Ms),
      'CPU µs/message, 1000/s': formatSpread(spreadOf(all.map((each) => each.cpuUs))),
      'one subscriber, messages/s': queue.perSecond.toFixed(0),
      'RSS MB empty → 100 000 queued': `${queue.emptyMb.toFixed(0)} → ${queue.fullMb.toFixed(0)}`,
    })
  }
  const bare = (of: (delivery: Delivery) => number) => formatSpread(spreadOf(direct.map(of)), 2)
  return `A stream of Redis, written and read directly: p50 ${bare(({ p50Ms }) => p50Ms)} ms, p99 ${bare(({ p99Ms }) => p99Ms)} ms.\n\n${formatTable(rows)}`
}

/** An app that takes what it is sent, once its gate is open. */
async function startSubscriber(onMessage: (data: { readonly at: number }) => void) {
  const waiting: (() => void)[] = []
  let isOpen = true
  const server = createServer((request, response) => {
    if (request.url === '/dapr/subscribe')
      return void response.end('[{"pubsubname":"bench","topic":"t","route":"/t"}]')
    let text = ''
    request.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const take = (): void => {
        onMessage(JSON.parse(text).data)
        response.writeHead(200, { 'Content-Length': 0 }).end()
      }
      if (isOpen) take()
      else waiting.push(take)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close(): void {
      isOpen = false
    },
    open(): void {
      isOpen = true
      for (const take of waiting.splice(0)) take()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const publish = (): string => {
  const body = JSON.stringify({ at: performance.now(), note: 'x'.repeat(60) })
  return `POST /v1.0/publish/bench/t HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

async function throughSidecar(component: BenchComponent, seconds: number): Promise<Delivery> {
  const latencies: number[] = []
  await using app = await startSubscriber(({ at }) => latencies.push(performance.now() - at))
  await using sidecar = await startBenchSidecar(component, app.port)
  const load = { port: sidecar.port, request: publish, rate: RATE }
  const warm = await generateLoad({ ...load, seconds: 1 })
  await eventually(() => latencies.length >= warm.requests, { deadlineMs: 30_000 })
  latencies.length = 0
  const before = cpuUs(sidecar.program.pid)
  const { requests } = await generateLoad({ ...load, seconds })
  await eventually(() => latencies.length >= requests, { deadlineMs: 60_000 })
  return figuresOf(latencies, (cpuUs(sidecar.program.pid) - before) / requests)
}

const figuresOf = (latencies: readonly number[], spentUs: number): Delivery => {
  const sorted = Float64Array.from(latencies).sort()
  return { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99), cpuUs: spentUs }
}

/** One writer on schedule, one reader of a group, on connections of their own. */
async function directly(redis: RealRedis, seconds: number): Promise<Delivery> {
  const connect = async () => {
    const client = createClient({ RESP: 2, socket: { host: '127.0.0.1', port: redis.port } })
    return client.connect()
  }
  const [writer, reader] = await Promise.all([connect(), connect()])
  await writer.xGroupCreate('direct', 'g', '0', { MKSTREAM: true })
  const latencies: number[] = []
  let written = 0
  let isWriting = true
  const read = async (): Promise<void> => {
    while (isWriting || latencies.length < written) {
      const answer = await reader.sendCommand(
        'XREADGROUP GROUP g c COUNT 100 BLOCK 100 STREAMS direct >'.split(' '),
      )
      const [[, entries] = ['', []]] = (answer ?? []) as unknown as [string, [string, string[]][]][]
      for (const [id, [, at]] of entries) {
        latencies.push(performance.now() - Number(at))
        await reader.sendCommand(['XACK', 'direct', 'g', id])
      }
    }
  }
  const reading = read()
  const began = performance.now()
  while (performance.now() - began < seconds * 1000) {
    while (began + written * (1000 / RATE) <= performance.now()) {
      written++
      void writer.sendCommand(['XADD', 'direct', '*', 'data', String(performance.now())])
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  isWriting = false
  await reading
  writer.destroy()
  reader.destroy()
  return figuresOf(latencies, 0)
}

async function drain(component: BenchComponent) {
  let taken = 0
  await using app = await startSubscriber(() => taken++)
  await using sidecar = await startBenchSidecar(component, app.port)
  const { pid } = sidecar.program
  await fetch(`http://127.0.0.1:${sidecar.port}/v1.0/publish/bench/t`, {
    method: 'POST',
    body: '{"at":0}',
    headers: { 'Content-Type': 'application/json' },
  })
  await eventually(() => taken === 1, { deadlineMs: 30_000 })
  const emptyMb = memoryOf(pid).rssMb
  app.close()
  let sent = 0
  const stop = new AbortController()
  const request = (): string => {
    if (++sent === QUEUED) stop.abort()
    return publish()
  }
  const load = { port: sidecar.port, request, rate: 0, seconds: 300, signal: stop.signal }
  const { requests, failures } = await generateLoad(load)
  // What a full broker has refused is not in the queue.
  const queued = requests - failures
  const fullMb = memoryOf(pid).rssMb
  taken = 0
  const began = performance.now()
  app.open()
  // A message that waited too long for the gate may come twice.
  await eventually(() => taken >= queued, { deadlineMs: 300_000 })
  return { emptyMb, fullMb, perSecond: taken / ((performance.now() - began) / 1000) }
}
