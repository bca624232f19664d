import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPromRegistry } from '../adapters/prom-client/index.ts'
import {
  BACKEND_DEFAULTS,
  type Backend,
  type BackendSettings,
  buildBackend,
} from '../backend/index.ts'
import type { Logger } from '../base/logger.ts'
import { VERSION } from '../base/version.ts'
import type { SharedParts } from '../local/index.ts'
import type { Sender } from '../net/index.ts'
import { backendCatalogue } from '../telemetry/index.ts'
import type { CliContext } from './cli-context.ts'
import { isProcessAlive } from './is-process-alive.ts'

/** Where traces lie unless `--data` says otherwise. */
export const defaultTracesDirectory = (home: string): string => join(home, 'traces')

/** What a bundle's own backend does not ask for. */
export const defaultBackendSettings = (home: string): BackendSettings => ({
  port: BACKEND_DEFAULTS.port,
  addresses: ['127.0.0.1', '::1'],
  store: {
    kind: 'disk',
    directory: defaultTracesDirectory(home),
    retainMs: BACKEND_DEFAULTS.retainMs,
    maxBytes: BACKEND_DEFAULTS.maxBytes,
  },
  autocompleteKeys: [],
  strictTraceId: true,
  searchEnabled: true,
  allowClear: false,
  consoleDirectory: findConsole(),
  metrics: BACKEND_DEFAULTS.metrics,
  maxBodyBytes: BACKEND_DEFAULTS.maxBodyBytes,
  maxBatchSpans: BACKEND_DEFAULTS.maxBatchSpans,
  version: VERSION,
})

/** @throws Fault of the store and of the port */
export const startBackend = (
  settings: BackendSettings,
  { clock, pid }: CliContext,
  sidecars: Pick<SharedParts, 'registrations' | 'sender'>,
  log: Logger,
): Promise<Backend> =>
  buildBackend(settings, {
    clock,
    log,
    registry: createPromRegistry(backendCatalogue, { clock, processMetrics: true }),
    processes: { pid, isAlive: isProcessAlive },
    sender: sidecars.sender,
    sidecars,
  })

/** A backend that is there already is used as it is, and not closed with the apps. */
export interface FoundBackend {
  readonly url: string
  readonly close?: Backend['close']
}

/**
 * Uses the Zipkin API that answers on the port, ours or another's, or starts a backend there.
 *
 * @throws Fault `ERR_PORT_IN_USE` when something else holds the port
 */
export async function findOrStartBackend(
  port: number,
  context: CliContext,
  shared: Pick<SharedParts, 'registrations' | 'sender'>,
  log: Logger,
): Promise<FoundBackend> {
  const url = `http://localhost:${port}`
  if (await isZipkin(url, shared.sender)) {
    log.info(`using the trace backend that runs on port ${port}`)
    return { url }
  }
  const backend = await startBackend(
    { ...defaultBackendSettings(context.home), port },
    context,
    shared,
    log,
  )
  return { url, close: backend.close }
}

const ASK_TIMEOUT_MS = 1_000

async function isZipkin(url: string, sender: Sender): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ASK_TIMEOUT_MS)
    return (await sender.get(`${url}/health`, signal)).includes('zipkin')
  } catch {
    // Nobody there, or no HTTP: listening will tell.
    return false
  }
}

/** The built pages lie beside the built program, whichever chunk this file is in. */
function findConsole(): string | undefined {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (directory !== dirname(directory)) {
    for (const candidate of [join(directory, 'console'), join(directory, 'dist', 'console')])
      if (existsSync(join(candidate, 'index.html')) && existsSync(join(candidate, 'assets')))
        return candidate
    directory = dirname(directory)
  }
  return undefined
}
