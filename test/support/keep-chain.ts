import { Agent, type IncomingMessage, request } from 'node:http'
import type { AppRequest, TestApp } from './app-handler.ts'
import { startTestApp } from './test-app.ts'
import { type Sidecars, startSidecars, type TestSidecar } from './test-sidecars.ts'

/** Ways in which a request of three hops goes wrong, with the spans that its complete trace has. */
export const KEEP_CASES = {
  'the last of three fails': 5,
  'the first fails after good answers below': 5,
  'one of two parallel callees fails, and the error is swallowed': 5,
  'a retry succeeds': 5,
  'slow only at the top': 5,
  'the answer breaks off after its head': 3,
} as const
export type KeepCase = keyof typeof KEEP_CASES

export interface KeepChain extends AsyncDisposable {
  readonly sidecars: Sidecars
  readonly a: TestSidecar
  /** Sends one request; `bad` makes it go wrong. Returns its trace id. */
  send(keepCase: KeepCase, bad: boolean): Promise<string>
}

/** Longer than the `slowerThan` that goes with it. */
export const SLOW_MS = 150

type Call = (target: string, path: string) => Promise<number>
type Behaviour = (bad: boolean, call: Call) => Promise<number | 'cut'>

const ok = async (): Promise<number> => 200
const failing: Behaviour = async (bad) => (bad ? 500 : 200)

/** What each app does, by case. Whoever is not named answers 200. */
const behaviours: Readonly<Record<KeepCase, Readonly<Record<string, Behaviour>>>> = {
  'the last of three fails': {
    a: (_, call) => call('b', ''),
    b: (_, call) => call('c', ''),
    c: failing,
  },
  'the first fails after good answers below': {
    a: async (bad, call) => ((await call('b', '')) === 200 && bad ? 500 : 200),
    b: (_, call) => call('c', ''),
  },
  'one of two parallel callees fails, and the error is swallowed': {
    a: async (_, call) => {
      await Promise.all([call('b', ''), call('c', '')])
      return 200
    },
    c: failing,
  },
  'a retry succeeds': {
    a: async (bad, call) => {
      if (bad) await call('b', '')
      return call('b', '/good')
    },
    b: failing,
  },
  'slow only at the top': {
    a: async (bad, call) => {
      await call('b', '')
      if (bad) await new Promise((resolve) => setTimeout(resolve, SLOW_MS))
      return 200
    },
    b: (_, call) => call('c', ''),
  },
  'the answer breaks off after its head': {
    a: (_, call) => call('b', ''),
    b: async (bad) => (bad ? 'cut' : 200),
  },
}

/** Three apps behind three sidecars that call one another as the case says, and copy `traceparent`. */
export async function startKeepChain(configuration: string): Promise<KeepChain> {
  const sidecars = await startSidecars(configuration)
  const agent = new Agent({ keepAlive: true })
  const apps: TestApp[] = []
  const ports: Record<string, number> = {}
  const cases = Object.keys(behaviours) as KeepCase[]

  for (const appId of ['a', 'b', 'c']) {
    const app = await startTestApp({
      async handler(incoming, response, seen) {
        incoming.resume()
        const [, caseText = '', bad = '0', good] = seen.target.split('/')
        const keepCase = cases[Number(caseText)] as KeepCase
        const behaviour = behaviours[keepCase][appId] ?? ok
        const call: Call = (target, path) =>
          callThrough(agent, ports[appId] ?? 0, `${target}/method/${caseText}/${bad}${path}`, seen)
        const status = await behaviour(bad === '1' && good === undefined, call)
        if (status === 'cut') {
          response.writeHead(200, { 'content-length': 100 })
          response.write('x'.repeat(50), () => response.socket?.destroy())
        } else response.writeHead(status, { 'content-length': 2 }).end('ok')
        // A record of every request would be all that a long run measures.
        app.clear()
      },
    })
    apps.push(app)
    const sidecar = await sidecars.start(appId, { appPort: app.port })
    ports[appId] = sidecar.port
    if (appId === 'a') Object.assign(ports, { entry: sidecar.port })
  }
  const registered = await sidecars.registrations.list()
  if (registered.length !== 3) throw new Error('not all sidecars are registered')

  return {
    sidecars,
    a: sidecars.all.find(({ appId }) => appId === 'a') as TestSidecar,
    async send(keepCase, bad) {
      let traceId = ''
      await callThrough(
        agent,
        ports.entry ?? 0,
        `a/method/${cases.indexOf(keepCase)}/${bad ? 1 : 0}`,
        undefined,
        (answer) => {
          traceId = String(answer.headers.traceparent).split('-')[1] ?? ''
        },
      )
      return traceId
    },
    async [Symbol.asyncDispose]() {
      agent.destroy()
      await sidecars[Symbol.asyncDispose]()
      await Promise.all(apps.map((app) => app[Symbol.asyncDispose]()))
    },
  }
}

/** The status, 502 when the answer broke off. */
function callThrough(
  agent: Agent,
  port: number,
  target: string,
  seen: AppRequest | undefined,
  onHead: (answer: IncomingMessage) => void = () => undefined,
): Promise<number> {
  const traceparent = seen?.headers.traceparent
  return new Promise((resolve) => {
    const call = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        path: `/v1.0/invoke/${target}`,
        headers: traceparent === undefined ? {} : { traceparent },
      },
      (answer) => {
        onHead(answer)
        answer.resume()
        answer.on('end', () => resolve(answer.statusCode ?? 0))
        answer.on('error', () => resolve(502))
      },
    )
    call.on('error', () => resolve(502))
    call.end()
  })
}
