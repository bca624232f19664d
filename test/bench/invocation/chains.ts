import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type ChildProgram, startProgram } from '../../support/child-program.ts'
import { eventually } from '../../support/eventually.ts'
import { freePort, freePorts } from '../../support/free-ports.ts'
import { findPartner } from '../../support/partners.ts'
import { CLI, spawnCli } from '../../support/spawn-cli.ts'
import type { TemporaryDirectory } from '../../support/temporary-directory.ts'

/** Two hops in front of the same app: client → A → B → app. */
export interface Chain extends AsyncDisposable {
  readonly name: string
  /** Of A; of the app if there is no hop. */
  readonly port: number
  readonly path: string
  /** Of the hops, whose CPU is counted. */
  readonly pids: readonly number[]
}

const PATH = '/api/items/123?x=1'
const RELAY = fileURLToPath(new URL('../../../.cache/bench/relay', import.meta.url))
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

function chain(name: string, port: number, path: string, hops: readonly ChildProgram[]): Chain {
  return {
    name,
    port,
    path,
    pids: hops.map(({ pid }) => pid),
    async [Symbol.asyncDispose]() {
      await Promise.all(hops.map((hop) => hop[Symbol.asyncDispose]()))
    },
  }
}

/** The relay's path, compiled when the source is newer; undefined without a C compiler. */
export function buildRelay(): string | undefined {
  const compiler = findPartner('cc')
  const source = here('../relay.c')
  if (compiler === undefined) return undefined
  if (!existsSync(RELAY) || statSync(RELAY).mtimeMs < statSync(source).mtimeMs) {
    mkdirSync(fileURLToPath(new URL('../../../.cache/bench', import.meta.url)), { recursive: true })
    execFileSync(compiler, ['-O2', '-Wall', '-o', RELAY, source])
  }
  return RELAY
}

async function startReady(command: string, args: readonly string[]): Promise<ChildProgram> {
  const program = await startProgram(command, args)
  await program.waitForLine(/ready/)
  return program
}

/** The app: C if it can be compiled, so that it takes as little as possible of the machine. */
export async function startApp(): Promise<Chain> {
  const relay = buildRelay()
  const port = await freePort()
  const app =
    relay === undefined
      ? await startReady(process.execPath, [here('plain-app.mjs'), String(port)])
      : await startReady(relay, [String(port)])
  return { ...chain('direct', port, PATH, [app]), pids: [] }
}

export async function startRelays(appPort: number): Promise<Chain | undefined> {
  const relay = buildRelay()
  if (relay === undefined) return undefined
  const [a = 0, b = 0] = await freePorts(2)
  const second = await startReady(relay, [String(b), String(appPort)])
  const first = await startReady(relay, [String(a), String(b)])
  return chain('C relay', a, PATH, [first, second])
}

export async function startHaproxies(
  appPort: number,
  directory: TemporaryDirectory,
): Promise<Chain | undefined> {
  const haproxy = findPartner('haproxy')
  if (haproxy === undefined) return undefined
  const [a = 0, b = 0] = await freePorts(2)
  const start = async (listen: number, target: number): Promise<ChildProgram> => {
    const file = directory.file(`haproxy-${listen}.cfg`)
    await writeFile(file, haproxyConfig(listen, target))
    const program = await startProgram(haproxy, ['-db', '-f', file])
    await answers(listen, PATH, program)
    return program
  }
  const second = await start(b, appPort)
  const first = await start(a, b)
  return chain('HAProxy', a, PATH, [first, second])
}

const haproxyConfig = (listen: number, target: number): string => `
global
  nbthread 1
  maxconn 1000
defaults
  mode http
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen hop
  bind 127.0.0.1:${listen}
  server next 127.0.0.1:${target}
`

export async function startProxies(
  appPort: number,
  sinkPort: number,
  rate: number,
): Promise<Chain> {
  const [a = 0, b = 0] = await freePorts(2)
  const start = (listen: number, target: number): Promise<ChildProgram> =>
    startReady(
      process.execPath,
      [here('comparator-proxy.mjs'), listen, target, rate, sinkPort].map(String),
    )
  const second = await start(b, appPort)
  const first = await start(a, b)
  return chain(`http+undici r=${rate}`, a, PATH, [first, second])
}

export async function startSidecars(
  appPort: number,
  sinkPort: number,
  rate: number,
  directory: TemporaryDirectory,
): Promise<Chain | undefined> {
  if (!existsSync(CLI)) return undefined
  const config = directory.file(`tracing-${rate}.yaml`)
  await writeFile(config, tracingConfig(sinkPort, rate))
  const env = { SIDELIGHT_HOME: directory.file(`home-${rate}`) }
  const start = async (appId: string): Promise<{ program: ChildProgram; port: number }> => {
    const [http = 0, grpc = 0, internal = 0, metrics = 0] = await freePorts(4)
    const flags = {
      'app-id': appId,
      'app-port': appPort,
      'dapr-http-port': http,
      'dapr-grpc-port': grpc,
      'dapr-internal-grpc-port': internal,
      'metrics-port': metrics,
      'log-level': 'error',
      config,
    }
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
    const program = await spawnCli(['sidecar', ...args], { env })
    await answers(http, '/v1.0/healthz', program)
    return { program, port: http }
  }
  const second = await start('bench-b')
  const first = await start('bench-a')
  const path = `/v1.0/invoke/bench-b/method${PATH}`
  await answers(first.port, path, first.program)
  return chain(`sidelight r=${rate}`, first.port, path, [first.program, second.program])
}

export const tracingConfig = (sinkPort: number, rate: number): string => `
apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata: { name: tracing }
spec:
  tracing:
    samplingRate: "${rate}"
    zipkin: { endpointAddress: "http://127.0.0.1:${sinkPort}/api/v2/spans" }
`

async function answers(port: number, path: string, program: ChildProgram): Promise<void> {
  await eventually(
    async () => {
      if (program.exited !== undefined) throw new Error(`it ended:\n${program.output}`)
      return (await fetch(`http://127.0.0.1:${port}${path}`)).ok
    },
    { deadlineMs: 15_000 },
  )
}
