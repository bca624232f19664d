import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { createHttpServer, type RegistrationDirectory, type Sender } from '../net/index.ts'
import type { MetricsRegistry } from '../telemetry/index.ts'
import { loadConsolePages } from './console-pages.ts'
import { beginExchange } from './exchange.ts'
import { type BackendMeter, createBackendMeter } from './meter.ts'
import { NamesCache } from './names-cache.ts'
import { backendPipeline } from './pipeline.ts'
import { createQueryGate } from './promql/query-gate.ts'
import { backendRoutes } from './routes.ts'
import { createSampleStore, MAX_EXEMPLARS, type SampleStore } from './samples/sample-store.ts'
import { startScraper } from './scrape/scraper.ts'
import type { BackendSettings } from './settings.ts'
import { createSidecarWatch } from './sidecar-watch.ts'
import type { TraceStore } from './store/contract.ts'
import { type FileLayer, openDiskTraceStore, type ProcessTable } from './store/disk/index.ts'
import { openMemoryTraceStore } from './store/memory/index.ts'
import { openUpstreamTraceStore } from './store/upstream/index.ts'

export interface BackendDeps {
  readonly clock: Clock
  readonly log: Logger
  /** Made with `backendCatalogue`. */
  readonly registry: MetricsRegistry
  /** Who else runs on this machine, for the lock of the data directory. */
  readonly processes: ProcessTable
  /** Absent = the file system. */
  readonly files?: FileLayer
  /** For a store that is somebody else's. */
  readonly sender?: Pick<Sender, 'post' | 'read'>
  /** Absent = an empty one. */
  readonly samples?: SampleStore
  /** How the sidecars of this machine are found and asked. Absent = none are known. */
  readonly sidecars?: {
    readonly registrations: Pick<RegistrationDirectory, 'list'>
    readonly sender: Pick<Sender, 'get' | 'read'>
  }
}

/** A running backend. */
export interface Backend extends AsyncDisposable {
  readonly port: number
  /** For people: `http://127.0.0.1:9411/zipkin/` without the path. */
  readonly url: string
  /** Stops listening, lets running requests finish for `graceMs`, closes the store. */
  close(graceMs: number): Promise<void>
}

const MAX_HEADER_BYTES = 64 * 1024
const CUT_AT_ONCE_MS = 0
/** Each may hold 80 MB. A dashboard asks more at once: these wait. */
const MAX_QUERIES = 4

/**
 * Opens the store and listens.
 * @throws Fault `ERR_PORT_IN_USE`, `CONSOLE_MISSING`, and what opening the store throws
 */
export async function buildBackend(settings: BackendSettings, deps: BackendDeps): Promise<Backend> {
  const { clock, log } = deps
  const meter = createBackendMeter(deps.registry)
  const pages =
    settings.consoleDirectory === undefined
      ? undefined
      : await loadConsolePages(settings.consoleDirectory)
  const store = await openStore(settings, deps, meter)
  const { scrapeIntervalMs, ...kept } = settings.metrics
  const samples = deps.samples ?? createSampleStore({ ...kept, maxExemplars: MAX_EXEMPLARS })
  let port = 0
  const parts = {
    settings,
    store,
    meter,
    clock,
    pages,
    names: new NamesCache(),
    sidecars: createSidecarWatch(deps.sidecars, clock),
    registrations: deps.sidecars?.registrations ?? { list: async () => [] },
    samples,
    queries: createQueryGate(MAX_QUERIES),
    port: () => port,
  }
  const server = createHttpServer({
    name: 'backend',
    steps: backendPipeline(backendRoutes(parts), meter, clock, log),
    begin: beginExchange,
    maxHeaderBytes: MAX_HEADER_BYTES,
    onRefused: meter.refusedHead,
    log,
  })
  try {
    port = await server.listen(settings.port, settings.addresses)
  } catch (error) {
    await store[Symbol.asyncDispose]()
    throw error
  }
  const scraper =
    deps.sidecars === undefined || scrapeIntervalMs === undefined
      ? undefined
      : startScraper({
          ...deps.sidecars,
          clock,
          store: samples,
          intervalMs: scrapeIntervalMs,
          log,
          onScraped: meter.scraped,
        })
  const close = async (graceMs: number): Promise<void> => {
    await scraper?.[Symbol.asyncDispose]()
    await server.close(graceMs)
    await store[Symbol.asyncDispose]()
  }
  return {
    port,
    url: `http://${hostOf(settings.addresses)}:${port}`,
    close,
    [Symbol.asyncDispose]: () => close(CUT_AT_ONCE_MS),
  }
}

function openStore(
  settings: BackendSettings,
  { clock, log, files, processes, sender }: BackendDeps,
  meter: BackendMeter,
): TraceStore | Promise<TraceStore> {
  const { store, strictTraceId, autocompleteKeys } = settings
  if (store.kind === 'upstream') {
    if (sender === undefined) throw new Error('an upstream needs a sender')
    return openUpstreamTraceStore(store.url, { clock, sender, onAnswer: meter.upstreamAnswered })
  }
  if (store.kind === 'memory')
    return openMemoryTraceStore({ strictTraceId, autocompleteKeys, maxSpans: store.maxSpans })
  return openDiskTraceStore(
    {
      strictTraceId,
      autocompleteKeys,
      directory: store.directory,
      retainMs: store.retainMs,
      maxBytes: store.maxBytes,
    },
    { clock, log, processes, onSync: meter.synced, ...(files === undefined ? {} : { files }) },
  )
}

const hostOf = ([first = '127.0.0.1']: readonly string[]): string => {
  if (first === '0.0.0.0' || first === '::') return 'localhost'
  return first.includes(':') ? `[${first}]` : first
}
