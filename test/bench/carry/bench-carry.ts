import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { formatNumber } from '../../../src/base/figures.ts'
import { startProgram } from '../../support/child-program.ts'
import { freePort } from '../../support/free-ports.ts'
import { cpuUs, memoryOf } from '../measure/cpu-time.ts'
import { generateLoad } from '../measure/load-generator.ts'
import { formatSpread, ratios, spreadOf } from '../measure/spread.ts'
import { formatTable } from '../measure/table.ts'

const APP = fileURLToPath(new URL('app.mjs', import.meta.url))
const STORAGE = fileURLToPath(new URL('storage.mjs', import.meta.url))
const CARRY = fileURLToPath(new URL('../../../dist/carry/index.mjs', import.meta.url))
const REGISTER = fileURLToPath(new URL('../../../dist/register/index.mjs', import.meta.url))
const requestOf = (flags: '00' | '01'): string =>
  [
    'GET / HTTP/1.1',
    'Host: a',
    `traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-${flags}`,
    'tracestate: a=1',
    'baggage: user=7\r\n\r\n',
  ].join('\r\n')
const STARTS = 10
/** Whether memory is flat shows in these, of carry and register alone: each takes minutes. */
const HEAP_REQUESTS = [10_000, 250_000, 500_000, 1_000_000]

interface Contestant {
  readonly name: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly request: string
  readonly readyMs: number[]
  readonly rssMb: number[]
  readonly cpuUsPerRequest: number[]
  readonly perSecond: number[]
}

const contestant = (
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  flags: '00' | '01' = '01',
): Contestant => ({
  name,
  args,
  env,
  request: requestOf(flags),
  ...{ readyMs: [], rssMb: [], cpuUsPerRequest: [], perSecond: [] },
})

/** What `sidelight/carry` adds to an app that makes one call for each request: start, memory, CPU. */
export async function benchCarry({
  rounds,
  seconds,
}: {
  readonly rounds: number
  readonly seconds: number
}): Promise<string> {
  const upstream = createServer((_, res) => res.end('ok')).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  const { port } = upstream.address() as AddressInfo
  const sidecar = await startStandIn()
  const env = { DAPR_HTTP_PORT: sidecar.port }
  const all = [
    contestant('bare, nothing handed on', []),
    contestant('by hand', [], { BY_HAND: '1' }),
    contestant('AsyncLocalStorage alone', ['--import', STORAGE]),
    contestant('carry', ['--import', CARRY]),
    contestant('register, not sampled', ['--import', REGISTER], env, '00'),
    contestant('register, sampled', ['--import', REGISTER], env),
  ]
  for (let i = 0; i < STARTS; i++) for (const each of all) await measureStart(each, port)
  for (let round = 0; round < rounds; round++)
    for (const each of all) await measureLoad(each, port, seconds)
  const heaps = []
  for (const each of all.filter(({ name }) => /^carry|^register, sampled/.test(name)))
    heaps.push({ name: each.name, mb: await measureHeap(each, port, seconds) })
  for (const server of [upstream, sidecar.server]) {
    server.close()
    server.closeAllConnections()
  }
  const [, byHand] = all
  return [
    `An app that makes one call for each request, with ${STARTS} starts and ${rounds} rounds of ${seconds} s in turns, 32 connections, as fast as they go.`,
    '',
    formatTable(
      all.map((each) => ({
        app: each.name,
        'ready ms': formatSpread(spreadOf(each.readyMs)),
        'RSS MB': formatSpread(spreadOf(each.rssMb)),
        'CPU µs a request': formatSpread(spreadOf(each.cpuUsPerRequest), 1),
        '÷ by hand': formatSpread(ratios(each.cpuUsPerRequest, byHand?.cpuUsPerRequest ?? []), 2),
        'requests a second': formatSpread(spreadOf(each.perSecond)),
      })),
    ),
    '',
    'Heap after a collection, MB, after so many requests.',
    '',
    formatTable(
      heaps.map(({ name, mb }) => ({
        app: name,
        ...Object.fromEntries(mb),
      })),
    ),
  ].join('\n')
}

const startApp = async ({ args, env }: Pick<Contestant, 'args' | 'env'>, upstream: number) => {
  const port = await freePort()
  const begunMs = performance.now()
  const program = await startProgram(process.execPath, [...args, APP], {
    env: { ...env, PORT: String(port), UPSTREAM: String(upstream) },
  })
  await program.waitForLine(/listening/)
  return { port, program, readyMs: performance.now() - begunMs }
}

async function measureStart(each: Contestant, upstream: number): Promise<void> {
  const { program, readyMs } = await startApp(each, upstream)
  each.readyMs.push(readyMs)
  each.rssMb.push(memoryOf(program.pid).rssMb)
  await program.stop()
}

async function measureLoad(each: Contestant, upstream: number, seconds: number): Promise<void> {
  const { port, program } = await startApp(each, upstream)
  const load = { port, request: each.request, rate: 0 }
  await generateLoad({ ...load, seconds: 2 })
  const before = cpuUs(program.pid)
  const { requests, perSecond, failures } = await generateLoad({ ...load, seconds })
  if (failures > 0) throw new Error(`${failures} requests failed`)
  each.cpuUsPerRequest.push((cpuUs(program.pid) - before) / requests)
  each.perSecond.push(perSecond)
  await program.stop()
}

/** @returns columns and cells: the heap after each number of requests */
async function measureHeap(
  { args, env, request }: Contestant,
  upstream: number,
  seconds: number,
): Promise<(readonly [column: string, cell: string])[]> {
  const { port, program } = await startApp({ args: ['--expose-gc', ...args], env }, upstream)
  const steps: (readonly [string, string])[] = []
  let total = 0
  for (const wanted of HEAP_REQUESTS) {
    while (total < wanted)
      total += (await generateLoad({ port, request, rate: 0, seconds })).requests
    const text = await (await fetch(`http://127.0.0.1:${port}/heap`)).text()
    steps.push([formatNumber(wanted), (Number(text) / 2 ** 20).toFixed(1)])
  }
  await program.stop()
  return [...steps, ['requests in all', formatNumber(total)]]
}

/** What `register` asks of its sidecar, and where its spans go: answered by this process, whose CPU is not counted. */
async function startStandIn() {
  const answer = JSON.stringify({
    generation: 1,
    sampling: { enabled: true, rate: 1, keep: false },
  })
  const server = createServer((req, res) => {
    const isPolicy = req.method === 'PUT'
    res.setHeader('Content-Type', isPolicy ? 'application/json' : 'application/x-protobuf')
    req.resume().on('end', () => res.end(isPolicy ? answer : ''))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: String((server.address() as AddressInfo).port) }
}
