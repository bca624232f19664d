import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createSystemClock } from '../../../src/base/clock.ts'
import { createAuthority, issueLeaf, type KubeObject, kinds } from '../../../src/kube/index.ts'
import { eventually } from '../../support/eventually.ts'
import { authorityOf } from '../../support/kube-apps.ts'
import { type ControlPlane, openControlPlane } from '../../support/kube-control-plane.ts'
import { ownKube } from '../../support/real-kube.ts'
import { cpuUs, memoryOf } from '../measure/cpu-time.ts'
import { formatSpread, ratios, spreadOf } from '../measure/spread.ts'
import { formatTable } from '../measure/table.ts'
import type { BareSays, BareWrite } from './bare-tls.ts'
import type { OpenStreams, StreamsRead } from './streams.ts'

const NAMESPACE = 'fleet'
/** Streams of a process, and the step in which the fleet grows. */
const STEP = 1_000
const ASKED_AT_ONCE = 40
/** Garbage of the handshakes is gone by then. */
const SETTLE_MS = 5_000
const PATIENT = { deadlineMs: 300_000 }

const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** One operator with thousands of sidecars, each a TLS connection of its own, beside TLS connections and nothing else. */
export async function benchOperator({
  rounds,
  streams,
}: {
  readonly rounds: number
  readonly streams: number
}): Promise<string> {
  const kube = await ownKube({
    skip: () => {
      throw new Error('SIDELIGHT_KUBE has to name a program that starts an API server')
    },
  })
  const plane = await openControlPlane(kube.kubeconfig)
  try {
    const tokens = await makeFleet(plane, streams)
    const operator = await measureOperator(plane, tokens, rounds)
    const bare = await measureBare(tokens, rounds, operator.lineBytes)
    return report(streams, [operator.growth, bare.growth], operator, bare)
  } finally {
    await plane[Symbol.asyncDispose]()
    await kube.stop()
  }
}

/** Memory and time as the fleet grows by a step. */
interface Growth {
  readonly name: string
  readonly steps: readonly {
    readonly streams: number
    readonly openMs: number
    readonly cpuMs: number
    readonly rssMb: number
  }[]
  readonly idleMb: number
}

async function measureOperator(plane: ControlPlane, tokens: readonly string[], rounds: number) {
  const program = await plane.startOperator({ host: '127.0.0.1' })
  const trustAnchors = await authorityOf(plane)
  await plane.apply(JSON.stringify(configuration(0)))
  await eventually(async () => (await plane.leaderPort()) !== undefined, PATIENT)
  const fleet = createFleet({ kind: 'sidecar', address: 'localhost:6501', trustAnchors })
  const growth = await grow('sidelight operator', program.pid, fleet, tokens)
  await summaryIs(plane, 1, `${tokens.length}/${tokens.length}`)

  const toldMs: number[] = []
  const appliedMs: number[] = []
  const cpuMs: number[] = []
  for (let round = 1; round <= rounds; round++) {
    const cpuBefore = cpuUs(program.pid)
    const told = fleet.read(round)
    const begunMs = nowMs()
    await plane.client.apply(kinds.configuration, configuration(round), {
      fieldManager: 'bench',
      force: true,
    })
    toldMs.push((await told) - begunMs)
    await summaryIs(plane, round + 1, `${tokens.length}/${tokens.length}`)
    appliedMs.push(nowMs() - begunMs)
    cpuMs.push((cpuUs(program.pid) - cpuBefore) / 1000)
  }
  const afterMb = memoryOf(program.pid).rssMb
  fleet.close()
  await program.stop()
  const lineBytes = JSON.stringify(configuration(0)).length
  return { growth, toldMs, appliedMs, cpuMs, afterMb, lineBytes }
}

async function measureBare(tokens: readonly string[], rounds: number, bytes: number) {
  const authority = await createAuthority(createSystemClock().nowUs())
  const leaf = await issueLeaf(
    authority,
    { name: 'localhost', namespace: 'bench', clusterDomain: 'cluster.local' },
    createSystemClock().nowUs(),
  )
  const server = run('bare-tls.ts', { BARE_KEY: leaf.key, BARE_CERT: leaf.cert })
  const [listening] = (await once(server, 'message')) as [{ readonly port: number }]
  const fleet = createFleet({
    kind: 'bare',
    address: `localhost:${listening.port}`,
    trustAnchors: authority.cert,
  })
  const growth = await grow('bare node:tls', server.pid ?? 0, fleet, tokens)
  const toldMs: number[] = []
  const cpuMs: number[] = []
  for (let round = 1; round <= rounds; round++) {
    const cpuBefore = cpuUs(server.pid ?? 0)
    const answered = once(server, 'message') as Promise<
      [Extract<BareSays, { readonly answeredMs: number }>]
    >
    server.send({ bytes } satisfies BareWrite)
    const [{ answeredMs }] = await answered
    toldMs.push(answeredMs)
    cpuMs.push((cpuUs(server.pid ?? 0) - cpuBefore) / 1000)
  }
  const afterMb = memoryOf(server.pid ?? 0).rssMb
  fleet.close()
  server.disconnect()
  return { growth, toldMs, cpuMs, afterMb }
}

function report(
  streams: number,
  growths: readonly Growth[],
  operator: Awaited<ReturnType<typeof measureOperator>>,
  bare: Awaited<ReturnType<typeof measureBare>>,
): string {
  const growth = growths.flatMap(({ name, steps, idleMb }) =>
    steps.map((step, i) => ({
      program: name,
      streams: String(step.streams),
      'RSS MB': step.rssMb.toFixed(0),
      'MB more for this thousand': (step.rssMb - (steps[i - 1]?.rssMb ?? idleMb)).toFixed(1),
      'opened in s': (step.openMs / 1000).toFixed(1),
      'CPU ms a stream': (step.cpuMs / STEP).toFixed(2),
    })),
  )
  return [
    `${streams} streams, each a TLS 1.3 connection with a token of its own pod, from ${streams / STEP} processes, to one operator on a real API server.`,
    '',
    formatTable(growth),
    '',
    'A changed rate, from the apply; all on this machine, so that the fleet’s own work is in each figure.',
    '',
    formatTable([
      {
        program: 'sidelight operator',
        'last stream has read it, ms': formatSpread(spreadOf(operator.toldMs)),
        '÷ bare': formatSpread(ratios(operator.toldMs, bare.toldMs), 1),
        [`status says ${streams}/${streams}, ms`]: formatSpread(spreadOf(operator.appliedMs)),
        'CPU ms a change': formatSpread(spreadOf(operator.cpuMs)),
        'RSS MB afterwards': operator.afterMb.toFixed(0),
      },
      {
        program: 'bare node:tls, all answers read',
        'last stream has read it, ms': formatSpread(spreadOf(bare.toldMs)),
        '÷ bare': '1',
        [`status says ${streams}/${streams}, ms`]: '–',
        'CPU ms a change': formatSpread(spreadOf(bare.cpuMs)),
        'RSS MB afterwards': bare.afterMb.toFixed(0),
      },
    ]),
  ].join('\n')
}

/** Processes of streams. */
function createFleet(target: Omit<OpenStreams, 'tokens'>) {
  const processes: ChildProcess[] = []
  const seen = new Map<ChildProcess, number[]>()
  let look = (): void => undefined
  return {
    async add(tokens: readonly string[]): Promise<void> {
      const child = run('streams.ts')
      processes.push(child)
      const rounds: number[] = []
      seen.set(child, rounds)
      const first = once(child, 'message')
      child.on('message', ({ round, atMs }: StreamsRead) => {
        rounds[round] = atMs
        look()
      })
      child.send({ ...target, tokens } satisfies OpenStreams)
      await first
    },
    /** When the last of all streams had read the change. */
    read: (round: number): Promise<number> =>
      new Promise((resolve) => {
        look = () => {
          const times = processes.map((child) => seen.get(child)?.[round])
          if (times.every((time) => time !== undefined)) resolve(Math.max(...times))
        }
        look()
      }),
    close(): void {
      for (const child of processes) child.disconnect()
    },
  }
}

async function grow(
  name: string,
  pid: number,
  fleet: ReturnType<typeof createFleet>,
  tokens: readonly string[],
): Promise<Growth> {
  await pause(SETTLE_MS)
  const idleMb = memoryOf(pid).rssMb
  const steps: Growth['steps'][number][] = []
  for (let from = 0; from < tokens.length; from += STEP) {
    const begunMs = nowMs()
    const cpuBefore = cpuUs(pid)
    await fleet.add(tokens.slice(from, from + STEP))
    const openMs = nowMs() - begunMs
    const cpuMs = (cpuUs(pid) - cpuBefore) / 1000
    await pause(SETTLE_MS)
    steps.push({ streams: from + STEP, openMs, cpuMs, rssMb: memoryOf(pid).rssMb })
  }
  return { name, steps, idleMb }
}

const configuration = (round: number) => ({
  apiVersion: 'dapr.io/v1alpha1',
  kind: 'Configuration',
  metadata: { name: 'tracing', namespace: NAMESPACE },
  spec: {
    tracing: {
      samplingRate: String(round % 2 === 0 ? 0.1 : 0.2),
      zipkin: { endpointAddress: 'http://zipkin.sidelight-system.svc:9411/api/v2/spans' },
      sampling: {
        rules: [{ name: 'health', match: { path: '/healthz*' }, rate: '0' }],
        keep: { errors: true, slowerThan: '1s', perSecond: 10 },
      },
    },
  },
})

const summaryIs = (plane: ControlPlane, generation: number, summary: string): Promise<unknown> =>
  eventually(async () => {
    const found = await plane.client.get(kinds.configuration, 'tracing', NAMESPACE)
    const { observedGeneration, appliedSummary } = (found?.status ?? {}) as {
      readonly observedGeneration?: number
      readonly appliedSummary?: string
    }
    return observedGeneration === generation && appliedSummary === summary
  }, PATIENT)

/** Pods with a sidecar's label that nobody runs. @returns a token of each */
async function makeFleet({ client }: ControlPlane, count: number): Promise<string[]> {
  await client.create(kinds.namespace, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAMESPACE },
  })
  await eventually(
    async () => (await client.get(kinds.serviceAccount, 'default', NAMESPACE)) !== undefined,
    PATIENT,
  )
  const tokens: string[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) {
      const i = next++
      const pod = await client.create(kinds.pod, podOf(i))
      const { status } = await client.createSubresource(
        kinds.serviceAccount,
        { name: 'default', namespace: NAMESPACE },
        'token',
        tokenRequest(pod),
      )
      tokens[i] = (status as { readonly token: string }).token
    }
  }
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, work))
  return tokens
}

const podOf = (i: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `app-${i}`,
    namespace: NAMESPACE,
    labels: { 'dapr.io/sidecar-injected': 'true', 'dapr.io/app-id': `app-${i % 50}` },
    annotations: { 'dapr.io/enabled': 'true', 'dapr.io/config': 'tracing' },
  },
  spec: { containers: [{ name: 'app', image: 'app:1' }] },
})

const tokenRequest = ({ metadata: { name, uid } }: KubeObject) => ({
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  spec: {
    audiences: ['sidelight.dev/operator'],
    expirationSeconds: 7_200,
    boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
  },
})

const run = (file: string, env: Readonly<Record<string, string>> = {}): ChildProcess =>
  fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
  })
