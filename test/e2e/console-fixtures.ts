import assert from 'node:assert/strict'
import type { BrowserContextOptions } from 'playwright-core'
import { createPromRegistry } from '../../src/adapters/prom-client/index.ts'
import { BACKEND_DEFAULTS, type BackendSettings, buildBackend } from '../../src/backend/index.ts'
import { createSystemClock } from '../../src/base/clock.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { backendCatalogue } from '../../src/telemetry/index.ts'
import { encodeZipkinSpans } from '../../src/wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'
import { requirePartner } from '../support/partners.ts'
import { builtConsole, openTab, type Tab } from './console-tab.ts'

/** A backend with the console, and a browser tab on it. */
export interface OpenConsole extends Tab {
  readonly url: string
  post(spans: readonly ZipkinSpan[]): Promise<void>
  /** Opens a path below `/zipkin/`. */
  open(path?: string): Promise<void>
  /** Stops the backend and gives a function that starts an empty one on the same port. */
  stop(): Promise<() => Promise<void>>
}

const startBackend = (consoleDirectory: string, settings: Partial<BackendSettings>) =>
  buildBackend(
    {
      port: 0,
      addresses: ['127.0.0.1'],
      store: { kind: 'memory', maxSpans: 100_000 },
      autocompleteKeys: [],
      strictTraceId: true,
      searchEnabled: true,
      allowClear: false,
      consoleDirectory,
      metrics: BACKEND_DEFAULTS.metrics,
      maxBodyBytes: 50 * 1024 ** 2,
      maxBatchSpans: 50_000,
      version: '0.0.0-test',
      ...settings,
    },
    {
      clock: createSystemClock(),
      log: silentLogger,
      registry: createPromRegistry(backendCatalogue, {
        clock: createSystemClock(),
        processMetrics: false,
      }),
      processes: { pid: process.pid, isAlive: () => false },
    },
  )

export async function openConsole(
  context: Mocha.Context,
  options: { settings?: Partial<BackendSettings>; browser?: BrowserContextOptions } = {},
): Promise<OpenConsole> {
  context.timeout(60_000)
  requirePartner(context, 'chromium')
  const consoleDirectory = await builtConsole()
  let backend = await startBackend(consoleDirectory, options.settings ?? {})
  const { port, url } = backend
  const tab = await openTab(context, url, options.browser)
  return {
    url,
    page: tab.page,
    post: (spans) => postSpans(url, spans),
    async open(path = '') {
      await tab.page.goto(`${url}/zipkin/${path}`)
    },
    async stop() {
      await backend.close(0)
      return async () => {
        backend = await startBackend(consoleDirectory, { ...options.settings, port })
      }
    },
    expectFailedLoads: tab.expectFailedLoads,
    async [Symbol.asyncDispose]() {
      await using _ = backend
      await tab[Symbol.asyncDispose]()
    },
  }
}

/** As a sidecar's exporter does. */
export async function postSpans(url: string, spans: readonly ZipkinSpan[]): Promise<void> {
  const response = await fetch(`${url}/api/v2/spans`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: encodeZipkinSpans(spans),
  })
  assert.equal(response.status, 202)
}
