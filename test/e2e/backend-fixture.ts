import { createPromRegistry } from '../../src/adapters/prom-client/index.ts'
import {
  BACKEND_DEFAULTS,
  type BackendDeps,
  type BackendSettings,
  buildBackend,
} from '../../src/backend/index.ts'
import { createSystemClock } from '../../src/base/clock.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { backendCatalogue } from '../../src/telemetry/index.ts'

/** 2026-01-01T00:00:00Z. */
export const START_US = 1_767_225_600_000_000

export const TEST_SETTINGS: BackendSettings = {
  port: 0,
  addresses: ['127.0.0.1'],
  store: { kind: 'memory', maxSpans: 10_000 },
  autocompleteKeys: ['env'],
  strictTraceId: true,
  searchEnabled: true,
  allowClear: false,
  consoleDirectory: undefined,
  metrics: BACKEND_DEFAULTS.metrics,
  maxBodyBytes: 200_000,
  maxBatchSpans: 1000,
  version: '1.2.3',
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** A backend on a free port, with the real clock and a registry of its own. */
export async function startBackend(
  settings: Partial<BackendSettings> = {},
  deps: Partial<BackendDeps> = {},
) {
  const backend = await buildBackend(
    { ...TEST_SETTINGS, ...settings },
    {
      clock: createSystemClock(),
      log: silentLogger,
      registry: createPromRegistry(backendCatalogue, {
        clock: createSystemClock(),
        processMetrics: false,
      }),
      processes: { pid: process.pid, isAlive },
      ...deps,
    },
  )
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${backend.url}${path}`, { headers, redirect: 'manual' })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const post = async (body: string | Uint8Array, headers: Record<string, string> = {}) => {
    const response = await fetch(`${backend.url}/api/v2/spans`, {
      method: 'POST',
      body: body as BodyInit,
      headers: { 'Content-Type': 'application/json', ...headers },
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  return {
    url: backend.url,
    port: backend.port,
    get,
    post,
    getJson: async (path: string): Promise<unknown> => JSON.parse((await get(path)).text),
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  }
}

export const disk = (directory: string) =>
  ({
    kind: 'disk',
    directory,
    retainMs: 100 * 365 * 86_400_000,
    maxBytes: BACKEND_DEFAULTS.maxBytes,
  }) as const
