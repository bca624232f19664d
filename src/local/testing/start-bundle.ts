import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPromRegistry } from '../../adapters/prom-client/index.ts'
import { buildBackend } from '../../backend/index.ts'
import { type Clock, createSystemClock } from '../../base/clock.ts'
import type { FakeClock } from '../../base/fake-clock.ts'
import { Fault } from '../../base/fault.ts'
import { createLogger, formatLogfmt, type Logger } from '../../base/logger.ts'
import { VERSION } from '../../base/version.ts'
import { createSender, type Registration, type RegistrationDirectory } from '../../net/index.ts'
import { backendCatalogue } from '../../telemetry/index.ts'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'
import { awaitTrace, type FoundTrace } from './await-trace.ts'
import { type ExpectedSpan, span } from './expect-trace.ts'
import { createFaultSwitch } from './faults.ts'
import { type Metrics, readMetrics } from './metrics.ts'
import { type ResourceInput, toConfiguration, writeResources } from './resources.ts'
import { backendSettings } from './settings.ts'
import { invalid, refuseBadApps, type StartedApp, startApp } from './start-app.ts'
import type { SidecarOfApp, TestApp } from './test-app.ts'

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
const READY_TIMEOUT_MS = 10_000
const MAX_TRACES = 1_000
const MAX_ANSWER_BYTES = 256 * 1024 * 1024
const STEP_MS = 100

/**
 * Sidecars on free ports, components and trace store in memory, all in this process.
 *
 * @throws Fault `BUNDLE_INVALID` with every problem of Configuration and Components, `COMPONENT_FAILED`, `BUNDLE_NOT_READY`
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
      env: ownEnvironment(),
      registrations: createRegistrations(),
      sender,
      hostName: 'localhost',
      pid: process.pid,
      componentParts: new Map<string, unknown>(),
      faults,
    }
    const starts = await Promise.allSettled(
      apps.map((app) => startApp(app, { configFile, resources }, shared, ends)),
    )
    // What still starts would not be closed.
    const failed = starts.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    const started = starts.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    ends.push(async () => faults.close())
    await awaitReady(started, systemClock)
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

/** What the test's own telemetry is set to is not for the sidecars: their spans go to the bundle's store alone. */
const ownEnvironment = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_')))

/** Those that the bundle serves itself; others come when they come. @throws Fault `BUNDLE_NOT_READY` */
async function awaitReady(apps: readonly StartedApp[], clock: Clock): Promise<void> {
  const waiting = new Set(apps.filter(({ isServedHere }) => isServedHere))
  let cancel: () => void = () => undefined
  const tooLate = new Promise<never>((_, reject) => {
    cancel = clock.after(READY_TIMEOUT_MS, () => {
      const said = [...waiting].map(({ of }) => `${of.id}: ${of.log.at(-1) ?? 'nothing'}`)
      reject(
        new Fault(
          'BUNDLE_NOT_READY',
          `not ready within ${READY_TIMEOUT_MS} ms; what the sidecars said last:\n${said.join('\n')}`,
        ),
      )
    })
  })
  const ready = [...waiting].map(async (app) => {
    await app.running.ready
    waiting.delete(app)
  })
  try {
    await Promise.race([Promise.all(ready), tooLate])
  } finally {
    cancel()
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
