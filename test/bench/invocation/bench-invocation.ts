import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { cpuUs } from '../measure/cpu-time.ts'
import { generateLoad, type LoadResult } from '../measure/load-generator.ts'
import { formatSpread, ratios, spreadOf } from '../measure/spread.ts'
import { formatTable, type Row } from '../measure/table.ts'
import {
  type Chain,
  startApp,
  startHaproxies,
  startProxies,
  startRelays,
  startSidecars,
} from './chains.ts'
import { startSink } from './sink.ts'

const RATES = [0, 0.1, 1]
const OPEN_LOOP_RATE = 1000
/** daprd's CPU for the same work, as a multiple, from one run of all three on one machine. */
const DAPRD_OVER_RELAY = 12.8
const DAPRD_OVER_PROXY = 2.5

interface Round {
  readonly open: LoadResult
  readonly openUs: number
  readonly full: LoadResult
  readonly fullUs: number
}

/** Two hops, all comparators in each round, so that the machine's moods hit them alike. */
export async function benchInvocation(options: {
  readonly rounds: number
  readonly seconds: number
}): Promise<string> {
  await using directory = await temporaryDirectory('sidelight-bench-')
  await using sink = await startSink()
  const chains: Chain[] = []
  try {
    const app = await startApp()
    chains.push(app)
    const add = (chain: Chain | undefined): void => {
      if (chain !== undefined) chains.push(chain)
    }
    add(await startRelays(app.port))
    add(await startHaproxies(app.port, directory))
    for (const rate of RATES) add(await startProxies(app.port, sink.port, rate))
    for (const rate of RATES) add(await startSidecars(app.port, sink.port, rate, directory))

    const rounds = new Map<Chain, Round[]>(chains.map((chain) => [chain, []]))
    for (const chain of chains) await load(chain, 0, 1)
    for (let round = 1; round <= options.rounds; round++)
      for (const chain of chains) {
        console.error(`  round ${round}/${options.rounds}: ${chain.name}`)
        rounds.get(chain)?.push(await measure(chain, options.seconds))
      }
    return report(chains, rounds, options)
  } finally {
    await Promise.all(chains.map((chain) => chain[Symbol.asyncDispose]()))
  }
}

const load = (chain: Chain, rate: number, seconds: number): Promise<LoadResult> =>
  generateLoad({
    port: chain.port,
    request: `GET ${chain.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`,
    rate,
    seconds,
  })

async function measure(chain: Chain, seconds: number): Promise<Round> {
  const cpu = (): number => chain.pids.map(cpuUs).reduce((sum, us) => sum + us, 0)
  const timed = async (rate: number, duration: number): Promise<[LoadResult, number]> => {
    const before = cpu()
    const result = await load(chain, rate, duration)
    // Direct has no hop, and so no cost of hops.
    const us = chain.pids.length === 0 ? Number.NaN : (cpu() - before) / result.requests
    return [result, us]
  }
  const [open, openUs] = await timed(OPEN_LOOP_RATE, seconds)
  const [full, fullUs] = await timed(0, Math.max(1, seconds / 2))
  return { open, openUs, full, fullUs }
}

function report(
  chains: readonly Chain[],
  rounds: ReadonlyMap<Chain, readonly Round[]>,
  options: { readonly rounds: number; readonly seconds: number },
): string {
  const of = (name: string, value: (round: Round) => number): number[] => {
    const chain = chains.find((one) => one.name === name)
    return chain === undefined ? [] : (rounds.get(chain) ?? []).map(value)
  }
  const rows = chains.map(({ name }): Row => {
    const direct = (value: (round: Round) => number): number[] => {
      const base = of('direct', value)
      return of(name, value).map((one, i) => one - (base[i] ?? 0))
    }
    const sameProxy = name.replace('sidelight', 'http+undici')
    return {
      chain: name,
      'CPU µs/req, 1000 rps': formatSpread(spreadOf(of(name, (r) => r.openUs))),
      '÷ relay': formatSpread(
        ratios(
          of(name, (r) => r.openUs),
          of('C relay', (r) => r.openUs),
        ),
        2,
      ),
      '÷ http+undici': name.includes('r=')
        ? formatSpread(
            ratios(
              of(name, (r) => r.openUs),
              of(sameProxy, (r) => r.openUs),
            ),
            2,
          )
        : '',
      'added p50 ms': formatSpread(spreadOf(direct((r) => r.open.p50Ms)), 2),
      'added p99 ms': formatSpread(spreadOf(direct((r) => r.open.p99Ms)), 2),
      'saturated rps': formatSpread(spreadOf(of(name, (r) => r.full.perSecond))),
      'saturated µs/req': formatSpread(spreadOf(of(name, (r) => r.fullUs))),
      failed: String(of(name, (r) => r.open.failures + r.full.failures).reduce((a, b) => a + b, 0)),
    }
  })
  const p50 = spreadOf(of('direct', (r) => r.open.p50Ms))
  const p99 = spreadOf(of('direct', (r) => r.open.p99Ms))
  return [
    `Client → A → B → app, 32 connections, ${OPEN_LOOP_RATE} requests a second on schedule, then as many as go. CPU is A and B together.`,
    `Latency is counted from the scheduled start; direct: p50 ${formatSpread(p50, 2)} ms, p99 ${formatSpread(p99, 2)} ms. Median (min–max) of ${options.rounds} rounds of ${options.seconds} s.`,
    '',
    formatTable(rows),
    '',
    ...RATES.map((rate) => estimate(rate, of)).filter((line) => line !== ''),
  ].join('\n')
}

function estimate(
  rate: number,
  of: (name: string, value: (r: Round) => number) => number[],
): string {
  const ours = of(`sidelight r=${rate}`, (r) => r.openUs)
  if (ours.length === 0) return ''
  const byProxy = ratios(
    ours,
    of(`http+undici r=${rate}`, (r) => r.openUs * DAPRD_OVER_PROXY),
  )
  const byRelay = ratios(
    ours,
    of('C relay', (r) => r.openUs * DAPRD_OVER_RELAY),
  )
  return `- rate ${rate}: ${formatSpread(byProxy, 2)} × daprd by way of http+undici, ${formatSpread(byRelay, 2)} by way of the relay (first gate: 0.55)`
}
