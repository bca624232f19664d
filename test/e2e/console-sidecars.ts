import type { BrowserContextOptions, Page } from 'playwright-core'
import type { BackendSettings } from '../../src/backend/index.ts'
import { createSender } from '../../src/net/index.ts'
import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'
import { requirePartner } from '../support/partners.ts'
import { type Sidecars, startSidecars } from '../support/test-sidecars.ts'
import { startBackend } from './backend-fixture.ts'
import { postSpans } from './console-fixtures.ts'
import { builtConsole, openTab } from './console-tab.ts'

/** A machine with a backend, its console in a browser, and sidecars that send to it. */
export interface SidecarConsole extends AsyncDisposable {
  readonly url: string
  readonly page: Page
  readonly sidecars: Sidecars
  /** Of the backend, for an exporter. */
  readonly endpoint: string
  post(spans: readonly ZipkinSpan[]): Promise<void>
  /** Opens a path below `/zipkin/`. */
  open(path?: string): Promise<void>
  /** The browser itself logs a failed load; tests that cause one say so. */
  expectFailedLoads(): void
}

/** `configuration` is made for the backend's span endpoint; sidecars are started by the test. */
export async function openSidecarConsole(
  context: Mocha.Context,
  configuration: (endpoint: string) => string,
  browser: BrowserContextOptions = {},
  backendSettings: Partial<BackendSettings> = {},
): Promise<SidecarConsole> {
  context.timeout(60_000)
  requirePartner(context, 'chromium')
  const consoleDirectory = await builtConsole()
  const closers: (() => PromiseLike<unknown>)[] = []
  const owned = <T extends AsyncDisposable>(resource: T): T => {
    closers.unshift(() => resource[Symbol.asyncDispose]())
    return resource
  }
  const close = async (): Promise<void> => {
    for (const closer of closers) await closer()
  }
  try {
    const sidecars = owned(await startSidecars())
    const sender = createSender({ userAgent: 'sidelight/test' })
    closers.unshift(() => sender.close())
    const { registrations } = sidecars
    const backend = owned(
      await startBackend(
        { consoleDirectory, maxBodyBytes: 10_000_000, ...backendSettings },
        { sidecars: { registrations, sender } },
      ),
    )
    const { url } = backend
    const endpoint = `${url}/api/v2/spans`
    await sidecars.configure(configuration(endpoint))
    const tab = owned(await openTab(context, url, browser))
    return {
      url,
      page: tab.page,
      sidecars,
      endpoint,
      post: (spans) => postSpans(url, spans),
      async open(path = '') {
        await tab.page.goto(`${url}/zipkin/${path}`)
      },
      expectFailedLoads: tab.expectFailedLoads,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
