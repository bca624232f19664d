import { setTimeout as pause } from 'node:timers/promises'
import { startProgram } from '../support/child-program.ts'
import { freePorts } from '../support/free-ports.ts'
import { CLI } from '../support/spawn-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { cpuUs, type Memory, memoryOf } from './measure/cpu-time.ts'
import { formatSpread, spreadOf } from './measure/spread.ts'
import { formatTable } from './measure/table.ts'

interface Start {
  readonly readyMs: number
  readonly cpuMs: number
  readonly idle: Memory
}

const BARE = `require('node:http').createServer((q, r) => r.writeHead(204).end()).listen(Number(process.argv[1]))`

/** Exec to the first 204, and memory after a quiet while; bare `node:http` is the least Node can do. */
export async function benchFootprint(options: {
  readonly rounds: number
  readonly idleSeconds: number
}): Promise<string> {
  await using home = await temporaryDirectory('sidelight-bench-')
  const programs: Record<string, (ports: readonly number[]) => string[]> = {
    'bare node:http': ([http]) => ['-e', BARE, String(http)],
    'sidelight sidecar': ([http, grpc, internal, metrics]) => [
      CLI,
      'sidecar',
      '--app-id=footprint',
      `--dapr-http-port=${http}`,
      `--dapr-grpc-port=${grpc}`,
      `--dapr-internal-grpc-port=${internal}`,
      `--metrics-port=${metrics}`,
      '--log-level=error',
    ],
    'sidelight backend': ([http]) => [
      CLI,
      'backend',
      `--port=${http}`,
      `--data=${home.file(`data-${http}`)}`,
    ],
  }
  const starts = new Map<string, Start[]>(Object.keys(programs).map((name) => [name, []]))
  for (let round = 1; round <= options.rounds; round++)
    for (const [name, args] of Object.entries(programs)) {
      console.error(`  round ${round}/${options.rounds}: ${name}`)
      // Memory settles slowly and varies little: looked at in the first round only.
      const idleMs = round === 1 ? options.idleSeconds * 1000 : 0
      starts.get(name)?.push(await start(args(await freePorts(4)), home.path, idleMs))
    }
  const rows = [...starts].map(([program, all]) => ({
    program,
    'ready ms': formatSpread(spreadOf(all.map(({ readyMs }) => readyMs))),
    'CPU ms by then': formatSpread(spreadOf(all.map(({ cpuMs }) => cpuMs))),
    'idle RSS MB': (all[0]?.idle.rssMb ?? Number.NaN).toFixed(0),
    'private dirty MB': (all[0]?.idle.dirtyMb ?? Number.NaN).toFixed(0),
  }))
  return [
    `Exec to the first 2xx of the health route, ${options.rounds} interleaved starts; memory after ${options.idleSeconds} s without traffic.`,
    '',
    formatTable(rows),
  ].join('\n')
}

async function start(args: readonly string[], home: string, idleMs: number): Promise<Start> {
  const port = /\d+/.exec(args.find((one) => /^(--dapr-http-port=|--port=)?\d+$/.test(one)) ?? '')
  const path = args.includes('backend') ? '/health' : '/v1.0/healthz'
  const began = performance.now()
  await using program = await startProgram(process.execPath, args, {
    env: { SIDELIGHT_HOME: home },
  })
  for (;;) {
    if (program.exited !== undefined) throw new Error(`it ended:\n${program.output}`)
    const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) break
    await pause(1)
  }
  const readyMs = performance.now() - began
  const cpuMs = cpuUs(program.pid) / 1000
  await pause(idleMs)
  return { readyMs, cpuMs, idle: memoryOf(program.pid) }
}
