import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { atEnd } from '../support/at-end.ts'
import { requirePartner } from '../support/partners.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** A browser tab that fails the test when the page complains or asks another origin for anything. */
export interface Tab extends AsyncDisposable {
  readonly page: Page
  /** The browser itself logs a failed load; tests that cause one say so. */
  expectFailedLoads(): void
}

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

let directory: Promise<string> | undefined
let browser: Promise<Browser> | undefined

/** The console as the sources now are, built once a run. */
export function builtConsole(): Promise<string> {
  directory ??= buildConsole()
  return directory
}

async function buildConsole(): Promise<string> {
  const made = await temporaryDirectory()
  atEnd(() => made[Symbol.asyncDispose]())
  await build({
    configFile: fileURLToPath(new URL('../../src/console/vite.config.ts', import.meta.url)),
    logLevel: 'error',
    build: { outDir: made.path, emptyOutDir: true },
  })
  return made.path
}

async function launchBrowser(executablePath: string): Promise<Browser> {
  const launched = await chromium.launch({ executablePath, args: FLAGS.split(' ') })
  atEnd(() => launched.close())
  return launched
}

export async function openTab(
  context: Mocha.Context,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  browser ??= launchBrowser(requirePartner(context, 'chromium'))
  const tab = await (await browser).newContext({
    viewport: { width: 1280, height: 720 },
    colorScheme: 'light',
    ...options,
  })
  const page = await tab.newPage()
  page.setDefaultTimeout(15_000)
  const complaints: string[] = []
  let areFailedLoadsExpected = false
  page.on('pageerror', (error) => complaints.push(String(error.stack)))
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    if (areFailedLoadsExpected && message.text().startsWith('Failed to load resource')) return
    complaints.push(message.text())
  })
  page.on('request', (request) => {
    const target = new URL(request.url())
    if (/^https?:$/.test(target.protocol) && target.origin !== origin)
      complaints.push(`asked another origin: ${request.url()}`)
  })
  return {
    page,
    expectFailedLoads() {
      areFailedLoadsExpected = true
    },
    async [Symbol.asyncDispose]() {
      await tab.close()
      assert.deepEqual(complaints, [], 'the browser complained')
    },
  }
}
