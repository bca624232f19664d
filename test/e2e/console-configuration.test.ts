import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, tracing } from '../support/test-sidecars.ts'
import { openConsole } from './console-fixtures.ts'
import { openSidecarConsole, type SidecarConsole } from './console-sidecars.ts'
import { checkout, secondsAgo } from './console-traces.ts'

const PATIENCE = { deadlineMs: 20_000 }
const NOBODY = 'http://127.0.0.1:9/api/v2/spans'

/** A Configuration with a rule; `rate` is the rule's. */
const shop =
  (rate = '0.5', overrides = '') =>
  (endpoint: string): string =>
    `${tracing({ rate: '1', endpoint })}    sampling:
      rules:
        - { name: noisy, match: { path: "/noisy*" }, rate: "${rate}" }
${overrides}`

const row = (page: Page, app: string) => page.getByRole('row').filter({ hasText: app })

const generationOf = async ({ sidecars }: SidecarConsole): Promise<readonly number[]> =>
  Promise.all(
    sidecars.all.map(async (one) => (await one.metadata()).sidelight.configuration.generation),
  )

describe('the console: Configuration', () => {
  test('has an address for each page', async function () {
    await using console = await openSidecarConsole(this, shop())
    for (const path of [
      'boards',
      'configuration',
      'configuration?app=orders',
      'doctor',
      'what-if',
    ]) {
      const answer = await fetch(`${console.url}/zipkin/${path}`)
      assert.equal(answer.status, 200, path)
      assert.match(await answer.text(), /<title>Sidelight/)
    }
  })

  test('lists every sidecar with what it runs and what became of its spans', async function () {
    await using app = await startTestApp()
    await using console = await openSidecarConsole(this, shop())
    const { page, sidecars } = console
    const orders = await sidecars.start('orders', { appPort: app.port })
    await sidecars.start('inventory')
    await send(orders.port, 'GET', '/v1.0/invoke/inventory/method/x')
    await eventually(
      async () => (await orders.metadata()).sidelight.exporters[0]?.up === true,
      PATIENCE,
    )
    await console.open('configuration')
    const first = row(page, 'orders')
    await first.waitFor()
    const words = await first.innerText()
    for (const part of [/generation 1/, /config\.yaml:7/, /100% of new traces · 2 rules/])
      assert.match(words, part)
    await first.getByText('zipkin reached').waitFor()
    await row(page, 'inventory').waitFor()
    assert.equal(await page.getByRole('row').count(), 3)
  })

  test('opens a sidecar and goes back by keyboard', async function () {
    await using console = await openSidecarConsole(this, shop())
    const { page, sidecars } = console
    await sidecars.start('orders')
    await sidecars.start('inventory')
    await console.open('configuration')
    await row(page, 'inventory').waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Who decides, in order' }).waitFor()
    const url = new URL(page.url())
    assert.equal(`${url.pathname}${url.search}`, '/zipkin/configuration?app=inventory')
    await row(page, 'path /noisy*').getByText('50%').waitFor()
    await page.keyboard.press('Escape')
    await row(page, 'orders').waitFor()
  })

  test('shows what a change has changed, and counts an override down', async function () {
    await using console = await openSidecarConsole(this, shop('0.5'))
    const { page, sidecars, endpoint } = console
    await sidecars.start('orders')
    await console.open('configuration?app=orders')
    await page.getByText('It is the first since the sidecar started.').waitFor()
    const until = new Date(Date.now() + 600_000).toISOString()
    const override = `      overrides: [{ name: loud, match: {}, rate: "1", until: ${until} }]\n`
    await sidecars.configure(shop('0.25', override)(endpoint))
    await eventually(async () => (await generationOf(console))[0] === 2, PATIENCE)
    await page.keyboard.press('r')
    const change = row(page, 'tracing.sampling.rules.noisy.rate')
    await change.waitFor()
    assert.match(await change.innerText(), /0\.5\s+0\.25/)
    const countdown = page.locator('.countdown')
    const before = await countdown.innerText()
    assert.match(before, /^ends in 9m \d+s$|^ends in 10m$/)
    await eventually(async () => (await countdown.innerText()) !== before, PATIENCE)
  })

  test('keeps a rejected change on the page, with every problem and its line', async function () {
    await using console = await openSidecarConsole(this, shop())
    const { page, sidecars, endpoint } = console
    await sidecars.start('orders')
    await sidecars.configure(shop('50%')(endpoint))
    await eventually(
      async () =>
        (await sidecars.all[0]?.metadata())?.sidelight.configuration.lastReload === 'rejected',
      PATIENCE,
    )
    await console.open('configuration')
    await page.getByText('1 rejected their last change').waitFor()
    await console.open('configuration?app=orders')
    await page.getByText(/The last change was rejected .*; generation 1 stays in force/).waitFor()
    const problems = await page.locator('.problems').innerText()
    assert.match(problems, /config\.yaml:12/)
    assert.match(problems, /write "0\.5" for 50%/)
  })

  test('names a sidecar that does not answer, and one that is not there', async function () {
    await using console = await openSidecarConsole(this, shop())
    const { page, sidecars } = console
    await sidecars.registrations.register({
      appId: 'ghost',
      namespace: 'default',
      pid: process.pid,
      host: '127.0.0.1',
      internalPort: 9,
      httpPort: 9,
      metricsPort: 0,
      appPort: 0,
      startedUs: 1,
    })
    await console.open('configuration')
    await row(page, 'ghost').getByText('does not answer: ').waitFor()
    await console.open('configuration?app=nosuch')
    await page.getByText('No sidecar of nosuch runs here').waitFor()
  })

  for (const page of ['configuration', 'doctor'])
    test(`says on the page ${page} why there is no sidecar`, async function () {
      await using console = await openSidecarConsole(this, shop())
      await console.open(page)
      await console.page.getByText("No sidecar runs on the backend's machine").waitFor()
      await console.page.getByText('SIDELIGHT_HOME').waitFor()
    })

  test('says in front of a stock Zipkin that it knows no sidecars, and asks it for none', async function () {
    await using console = await openConsole(this)
    const { page } = console
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.route('**/config.json', (request) => request.fulfill({ json: {} }))
    await console.open()
    await page.getByText('No spans have arrived yet').waitFor()
    assert.equal(await page.getByRole('link', { name: 'Doctor' }).count(), 0)
    for (const path of ['boards', 'configuration', 'doctor', 'what-if']) {
      await console.open(path)
      await page.getByText("needs Sidelight's own backend").waitFor()
    }
    assert.deepEqual(
      asked.filter((path) => path.includes('/sidelight/')),
      [],
    )
  })
})

describe('the console: doctor', () => {
  test('says what is wrong with each app, who set it, and the cure', async function () {
    await using app = await startTestApp()
    await using console = await openSidecarConsole(this, () =>
      tracing({ rate: '1', endpoint: NOBODY }),
    )
    const { page, sidecars } = console
    const orders = await sidecars.start('orders', { appPort: app.port })
    await sidecars.start('inventory')
    await send(orders.port, 'GET', '/v1.0/invoke/orders/method/x')
    await eventually(
      async () => (await orders.metadata()).sidelight.exporters[0]?.up === false,
      PATIENCE,
    )
    await console.open('doctor')
    const sick = page.getByRole('region', { name: 'orders' })
    await sick.getByText('EXPORTER_DOWN').waitFor()
    const words = await sick.innerText()
    assert.match(words, /ECONNREFUSED/)
    assert.match(words, /Cure: /)
    assert.match(words, /Set in .*config\.yaml:9/)
    await page.getByText(/^1 of 2 sidecars is not healthy/).waitFor()
    await page.getByLabel('App').selectOption('inventory')
    await page.getByText('The sidecar is healthy').waitFor()
    assert.equal(new URL(page.url()).searchParams.get('app'), 'inventory')
    assert.equal(await sick.count(), 0)
  })

  test('is asked by an empty search page', async function () {
    await using console = await openSidecarConsole(this, () => tracing({ rate: '0' }))
    const { page, sidecars } = console
    await sidecars.start('orders')
    await console.open()
    await page.getByText('No spans have arrived yet').waitFor()
    await page.getByText('tracing is off: samplingRate is 0').waitFor()
    await page.getByRole('link', { name: 'Why do I see no trace?' }).click()
    await page.getByText('TRACING_OFF').waitFor()
    await console.post(checkout(secondsAgo(5)))
    await console.open('?serviceName=nosuch')
    await page.getByText('No trace matches this search').waitFor()
    await page.getByText('tracing is off: samplingRate is 0').waitFor()
  })
})

describe('the console: marks where sampling changed', () => {
  test('stand on the chart of the search page and lead to who changed', async function () {
    await using console = await openSidecarConsole(this, shop())
    const { page, sidecars, endpoint } = console
    await sidecars.start('orders')
    await sidecars.configure(shop('0.1')(endpoint))
    await eventually(async () => (await generationOf(console))[0] === 2, PATIENCE)
    await console.post(checkout(secondsAgo(60)))
    await console.post(checkout(secondsAgo(0)))
    // The test's own looks at the sidecar are traces as well.
    await console.open('?limit=1000')
    const mark = page.getByRole('link', { name: 'Sampling changed' })
    await mark.waitFor()
    assert.equal(await mark.innerText(), 'orders generation 2')
    assert.match(String(await mark.getAttribute('title')), /^orders decides by generation 2/)
    await mark.click()
    await page.getByRole('heading', { name: 'What generation 2 changed' }).waitFor()
  })
})

describe('the console: what if', () => {
  test('begins with what is in force, runs by keyboard, and keeps the question in the URL', async function () {
    await using app = await startTestApp()
    await using console = await openSidecarConsole(this, shop())
    const { page, sidecars } = console
    const orders = await sidecars.start('orders', { appPort: app.port })
    for (let i = 0; i < 5; i++) await send(orders.port, 'GET', '/v1.0/invoke/orders/method/x')
    await eventually(
      async () => ((await orders.metadata()).sidelight.exporters[0]?.exported ?? 0) >= 10,
      PATIENCE,
    )
    await console.open('what-if')
    const policy = page.getByLabel('Configuration to try')
    await policy.waitFor()
    assert.match(await policy.inputValue(), /rules:\n {8}- name: noisy\n/)
    await page.keyboard.press('/')
    await page.keyboard.press('Control+A')
    await page.keyboard.insertText(tracing({ rate: '0.5', extra: 'sampling: {}' }))
    await page.keyboard.press('Control+Enter')
    const kept = row(page, 'Traces kept')
    await kept.waitFor()
    assert.match(await kept.innerText(), /Traces kept\s+\d+\s+\d+\s+−\d+%/)
    await page.getByText(/resting on \d+ recorded traces/).waitFor()
    const link = page.url()
    assert.ok(!new URL(link).search.includes('policy'), 'a Configuration is never sent in a URL')
    await page.goto('about:blank')
    await page.goto(link)
    await kept.waitFor()
    assert.match(await policy.inputValue(), /samplingRate: "0\.5"/)
  })

  test('leads from a problem to its line', async function () {
    await using console = await openSidecarConsole(this, shop())
    const { page } = console
    console.expectFailedLoads()
    await console.open('what-if')
    const policy = page.getByLabel('Configuration to try')
    await policy.fill(tracing({ rate: '50%' }))
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByText('This Configuration cannot be run: 1 problem').waitFor()
    await page.getByRole('button', { name: 'line 7' }).click()
    assert.equal(
      await policy.evaluate((box: HTMLTextAreaElement) =>
        box.value.slice(box.selectionStart, box.selectionEnd).trim(),
      ),
      'samplingRate: "50%"',
    )
  })

  test('says that there is no trace to run it over, and begins with a sample', async function () {
    await using console = await openSidecarConsole(this, shop())
    const { page } = console
    await console.open('what-if')
    await page.getByText('No sidecar is known, so this is a sample.').waitFor()
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByText('There is no trace to run it over').waitFor()
  })
})

describe('the console: Configuration, doctor and what if in every width', () => {
  for (const width of [400, 900, 1400])
    test(`fit ${width} pixels`, async function () {
      await using console = await openSidecarConsole(this, shop(), {
        viewport: { width, height: 720 },
      })
      const { page, sidecars } = console
      const long = 'an-app-id-that-nobody-would-choose-but-that-is-allowed-63-long'
      await sidecars.start('orders')
      await sidecars.start(long)
      for (const [path, sight] of [
        ['configuration', '.sidecar-link'],
        [`configuration?app=${long}`, '.fact-cards'],
        ['doctor', '.patient'],
        ['what-if', 'textarea'],
      ] as const) {
        await console.open(path)
        await page.locator(sight).first().waitFor()
        assert.ok(
          await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
          path,
        )
        // The page itself must not need to be moved sideways either.
        assert.ok(
          await page.locator('main').evaluate((main) => main.scrollWidth <= main.clientWidth),
          path,
        )
      }
    })
})
