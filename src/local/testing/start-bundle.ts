import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPromRegistry } from '../../adapters/prom-client/index.ts'
import { buildBackend } from '../../backend/index.ts'
import { type Clock, createSystemClock } from '../../base/clock.ts'
import type { FakeClock } from '../../base/fake-clock.ts'
import { Fault } from '../../base/fault.ts'
import { createLogger, formatLogfmt, type Logger } from '../../base/logger.ts'
import { formatProblem, type Problem } from '../../base/problem.ts'
import { VERSION } from '../../base/version.ts'
import { createSender, type Registration, type RegistrationDirectory } from '../../net/index.ts'
import { backendCatalogue } from '../../telemetry/index.ts'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'
import { type RunningSidecar, startSidecar } from '../start-sidecar.ts'
import { type AppServer, startAppServer } from './app-server.ts'
import { awaitTrace, type FoundTrace } from './await-trace.ts'
import { type ExpectedSpan, span } from './expect-trace.ts'
import { createFaultSwitch } from './faults.ts'
import { type Metrics, readMetrics } from './metrics.ts'
import { type ResourceInput, toConfiguration, writeResources } from './resources.ts'
import { backendSettings, sidecarSettings } from './settings.ts'

export interface BundleOptions {
  readonly apps: readonly TestApp[]
  /** Of all sidecars: YAML, a resource, or its `spec` alone. Default: all traces are recorded. */
  readonly configuration?: ResourceInput
  /**
   * Components, Subscriptions, Resiliency, HTTPEndpoints: YAML or objects. Default, when there are no `resourcesPaths`
   * either: a state store `statestore` and a broker `pubsub`.
   */
  readonly components?: ResourceInput | readonly ResourceInput[]
  /** Directories with the same, as of `--resources-path`. */
  readonly resourcesPaths?: readonly string[]
  /** `real`: state stores, brokers, configuration and lock stores are what their resources say. Default: in memory. */
  readonly engines?: 'in-memory' | 'real'
  /** Of sidecars and trace store, for example `createFakeClock()`. Default: the system's. */
  readonly clock?: Clock
}

/** One app, of the test's own process, or of another; without listener and port it only calls. */
export interface TestApp {
  readonly id: string
  /** Answers its requests, for example an Express app; or makes what does, once its sidecar is there. */
  readonly listener?: RequestListener
  readonly create?: (sidecar: SidecarOfApp) => RequestListener | Promise<RequestListener>
  /** Where it listens already, on loopback. */
  readonly port?: number
}

/** An app's sidecar. */
export interface SidecarOfApp {
  readonly id: string
  /** Of its API, for example `http://127.0.0.1:40321`. */
  readonly url: string
  /** What the Dapr CLI tells an app: `DAPR_HTTP_PORT` and others, for an app that is started by the test. */
  readonly env: Readonly<Record<string, string>>
  /** What it logged. */
  readonly log: readonly string[]
  /** Calls a method of an app, of its own unless told otherwise. */
  invoke(method: string, init?: RequestInit & { readonly app?: string }): Promise<Response>
  publish(topic: string, data: unknown, pubsub?: string): Promise<Response>
}

export interface Bundle extends AsyncDisposable {
  /** By app id. */
  readonly apps: Readonly<Record<string, SidecarOfApp>>
  /** Zipkin's API of the trace store, for example `http://127.0.0.1:40322`. */
  readonly zipkinUrl: string
  /**
   * Waits for a trace, for example `bundle.trace((t) => t.root('POST /orders').has(publish('orders')))`.
   *
   * @param options `timeoutMs`: of the system's clock, whatever the bundle's; default 5000
   * @throws Fault `TRACE_NOT_FOUND` with the first difference and the tree of the trace that comes nearest
   */
  trace(
    describe: (t: { root(name: string | RegExp): ExpectedSpan }) => ExpectedSpan,
    options?: { readonly timeoutMs?: number },
  ): Promise<FoundTrace>
  /** What `/metrics` says: of one app's sidecar, or of all. */
  metrics(appId?: string): Promise<Metrics>
  /** @throws Fault `CONFIGURATION_INVALID` with every problem; what was in force stays */
  configure(configuration: ResourceInput): Promise<void>
  /**
   * Operations of a component fail, and an app answers with `status` without being asked, until it is healed.
   *
   * @param target a component's name, the engine that its resource asks for (`redis`), or an app id
   * @throws Fault `TEST_TARGET_UNKNOWN`
   */
  break(target: string, options?: { readonly status?: number }): void
  /** What goes to the target waits first, by the bundle's clock. */
  delay(target: string, ms: number): void
  /** Takes the faults of one target, or all, away. */
  heal(target?: string): void
  close(): Promise<void>
}

const TRACE_TIMEOUT_MS = 5_000
const MAX_TRACES = 1_000
const MAX_ANSWER_BYTES = 256 * 1024 * 1024
const STEP_MS = 100

/**
 * Sidecars on free ports, components and trace store in memory, all in this process.
 *
 * @throws Fault `BUNDLE_INVALID` with every problem of Configuration and Components, `COMPONENT_FAILED`
 */
export async function startBundle(options: BundleOptions): Promise<Bundle> {
  const { apps, resourcesPaths = [], engines: wanted = 'in-memory' } = options
  refuseBadApps(apps)
  const systemClock = createSystemClock()
  const clock = options.clock ?? systemClock
  /** Each closes what was begun before it; the last first. */
  const ends: (() => Promise<unknown>)[] = []
  const close = once(async () => {
    // A clock that stands would let every grace period last for ever.
    const moving = clock === systemClock ? undefined : setInterval(() => move(clock, STEP_MS), 1)
    try {
      for (const end of ends.splice(0).reverse()) await end()
    } finally {
      clearInterval(moving)
    }
  })
  try {
    const directory = await mkdtemp(join(tmpdir(), 'sidelight-bundle-'))
    ends.push(() => rm(directory, { recursive: true, force: true }))
    const resources = join(directory, 'resources')
    await mkdir(resources)
    const backend = await buildBackend(backendSettings, {
      clock,
      log: NO_LOG,
      registry: createPromRegistry(backendCatalogue, { clock, processMetrics: false }),
      processes: { pid: process.pid, isAlive: () => true },
    })
    ends.push(() => backend.close(0))
    const configFile = join(directory, 'configuration.yaml')
    const configure = (given: ResourceInput) =>
      writeFile(configFile, toConfiguration(given, `${backend.url}/api/v2/spans`))
    await configure(options.configuration ?? {})
    const faults = createFaultSwitch(
      {
        apps: apps.map(({ id }) => id),
        components: await writeResources(
          resources,
          options.components === undefined ? undefined : [options.components].flat(),
          resourcesPaths,
          wanted === 'real',
        ),
      },
      clock,
    )
    const sender = createSender({ userAgent: `sidelight-testing/${VERSION}` })
    ends.push(sender.close)
    const shared = {
      clock,
      env: process.env,
      registrations: createRegistrations(),
      sender,
      hostName: 'localhost',
      pid: process.pid,
      componentParts: new Map<string, unknown>(),
      faults,
    }
    const starts = await Promise.allSettled(
      apps.map(async (app) => {
        const server =
          app.listener === undefined && app.create === undefined
            ? undefined
            : await startAppServer()
        if (server !== undefined) ends.push(server.close)
        const log: string[] = []
        const sidecar = await startSidecar(
          sidecarSettings(app.id, server?.port ?? app.port, [resources]),
          [configFile],
          shared,
          createLogger({
            level: 'debug',
            format: formatLogfmt,
            fields: { app_id: app.id },
            write: (line) => log.push(line),
            nowUs: clock.nowUs,
          }),
          () => undefined,
        )
        if (!sidecar.ok) throw invalid('BUNDLE_INVALID', sidecar.error)
        ends.push(sidecar.value.stop)
        const of = sidecarOf(app.id, sidecar.value, server?.port ?? app.port, log)
        await serve(app, server, of)
        return { of, running: sidecar.value }
      }),
    )
    // What still starts would not be closed.
    const failed = starts.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    const started = starts.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    ends.push(async () => faults.close())
    await Promise.all(started.map(({ running }, i) => apps[i]?.port === undefined && running.ready))
    const read = async (): Promise<readonly (readonly ZipkinSpan[])[]> => {
      // What falls due now leaves, also where time stands.
      move(clock, 0)
      const url = `${backend.url}/api/v2/traces?limit=${MAX_TRACES}&endTs=${Math.ceil(clock.nowUs() / 1000) + 1}&lookback=${ALL_TIME_MS}`
      const { text } = await sender.read(url, AbortSignal.timeout(TRACE_TIMEOUT_MS), {
        accept: 'application/json',
        maxBytes: MAX_ANSWER_BYTES,
      })
      return JSON.parse(text)
    }
    return {
      apps: Object.fromEntries(started.map(({ of }) => [of.id, of])),
      zipkinUrl: backend.url,
      trace: (describe, { timeoutMs = TRACE_TIMEOUT_MS } = {}) =>
        awaitTrace(describe({ root: span }), read, systemClock, timeoutMs),
      async metrics(appId) {
        if (appId !== undefined && !started.some(({ of }) => of.id === appId))
          throw new Fault('TEST_TARGET_UNKNOWN', `no app is called ${appId}`)
        const pages = started
          .filter(({ of }) => appId === undefined || of.id === appId)
          .map(({ running }) =>
            sender.get(
              `http://127.0.0.1:${running.ports.metrics}/metrics`,
              AbortSignal.timeout(TRACE_TIMEOUT_MS),
              MAX_ANSWER_BYTES,
            ),
          )
        return readMetrics(await Promise.all(pages))
      },
      async configure(configuration) {
        await configure(configuration)
        const reloads = await Promise.all(started.map(({ running }) => running.reload()))
        const rejected = reloads.find(({ result }) => result === 'rejected')
        if (rejected !== undefined) throw invalid('CONFIGURATION_INVALID', rejected.problems)
      },
      break: (target, { status = 500 } = {}) => faults.break(target, status),
      delay: faults.delay,
      heal: faults.heal,
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const ALL_TIME_MS = 10 * 365 * 86_400_000

function refuseBadApps(apps: readonly TestApp[] | undefined): asserts apps is readonly TestApp[] {
  if (!Array.isArray(apps) || apps.length === 0)
    throw new Fault(
      'BUNDLE_INVALID',
      'apps: one or more are needed, for example [{ id: "orders" }]',
    )
  const ids = apps.map(({ id }) => id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined)
    throw new Fault('BUNDLE_INVALID', `two apps are called ${twice}; each needs an id of its own`)
  for (const { id, listener, create, port } of apps) {
    if (typeof id !== 'string' || !/^[\w-]{1,63}$/.test(id))
      throw new Fault(
        'BUNDLE_INVALID',
        `an app id is made of letters, digits, - and _, at most 63 of them, not ${JSON.stringify(id)}`,
      )
    if ([listener, create, port].filter((each) => each !== undefined).length > 1)
      throw new Fault('BUNDLE_INVALID', `${id}: of listener, create and port an app has one`)
  }
}

const invalid = (code: string, problems: readonly Problem[]): Fault =>
  new Fault(
    code,
    problems
      .filter(({ severity }) => severity !== 'warning')
      .map(formatProblem)
      .join('\n'),
  )

async function serve(
  { listener, create }: TestApp,
  server: AppServer | undefined,
  sidecar: SidecarOfApp,
): Promise<void> {
  const made = listener ?? (await create?.(sidecar))
  if (made !== undefined) server?.serve(made)
}

function sidecarOf(
  id: string,
  { ports }: RunningSidecar,
  appPort: number | undefined,
  log: readonly string[],
): SidecarOfApp {
  const url = `http://127.0.0.1:${ports.http}`
  return {
    id,
    url,
    log,
    env: {
      APP_ID: id,
      ...(appPort === undefined ? {} : { APP_PORT: String(appPort) }),
      DAPR_HTTP_PORT: String(ports.http),
      DAPR_HTTP_ENDPOINT: url,
      DAPR_GRPC_PORT: String(ports.grpc),
      DAPR_METRICS_PORT: String(ports.metrics),
    },
    invoke: (method, { app = id, ...init } = {}) =>
      fetch(`${url}/v1.0/invoke/${app}/method/${method.replace(/^\//, '')}`, init),
    publish: (topic, data, pubsub = 'pubsub') =>
      fetch(`${url}/v1.0/publish/${pubsub}/${topic}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(data),
      }),
  }
}

/** Who is there: all of them in this process. */
function createRegistrations(): RegistrationDirectory {
  const entries = new Set<Registration>()
  return {
    async register(entry) {
      entries.add(entry)
      return async () => void entries.delete(entry)
    },
    list: async () => [...entries],
  }
}

const move = (clock: Clock, ms: number): void => {
  if ('advance' in clock) (clock as FakeClock).advance(ms)
}

const once = (task: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined
  return () => {
    running ??= task()
    return running
  }
}

const NO_LOG: Logger = createLogger({
  level: 'fatal',
  format: formatLogfmt,
  fields: {},
  write: () => undefined,
  nowUs: () => 0,
})
