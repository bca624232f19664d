import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { boardsOf } from '../../src/dashboards/index.ts'
import { eventually } from '../support/eventually.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, tracing } from '../support/test-sidecars.ts'
import { openSidecarConsole, type SidecarConsole } from './console-sidecars.ts'

const PATIENCE = { deadlineMs: 40_000, intervalMs: 1_000 }
const OFTEN = { scrapeIntervalMs: 1_000, retainMs: 3_600_000, maxBytes: 32 * 1024 ** 2 }

const open = (context: Mocha.Context): Promise<SidecarConsole> =>
  openSidecarConsole(context, (endpoint) => tracing({ endpoint }), {}, { metrics: OFTEN })

const panel = (page: Page, title: string) =>
  page
    .locator('.board-panel')
    .filter({ has: page.getByRole('heading', { name: title, exact: true }) })

/** Two sidecars that call one another, answered with 500 now and then. */
async function withTraffic(
  context: Mocha.Context,
  look: (console: SidecarConsole) => Promise<void>,
): Promise<void> {
  await using app = await startTestApp({
    handler(request, response) {
      request.resume()
      response.writeHead(request.url === '/fail' ? 500 : 200).end('{}')
    },
  })
  await using console = await open(context)
  const orders = await console.sidecars.start('orders', { appPort: app.port })
  const shop = await console.sidecars.start('shop', { appPort: app.port })
  const ask = async (): Promise<void> => {
    for (const path of ['/ok', '/ok', '/ok', '/fail'])
      await send(shop.port, 'GET', `/v1.0/invoke/orders/method${path}`)
    await send(orders.port, 'GET', '/v1.0/metadata')
  }
  await ask()
  await console.open('boards?last=5m')
  // Two scrapes make a rate, and something has to have happened between them.
  await eventually(async () => {
    await ask()
    await console.page.keyboard.press('r')
    return /[1-9]/.test(await panel(console.page, 'Requests').locator('.stat').innerText())
  }, PATIENCE)
  await look(console)
}

describe('the console: boards', () => {
  test('draw what the sidecars say, each panel of the overview', async function () {
    await withTraffic(this, async ({ page }) => {
      const statOf = (title: string) => panel(page, title).locator('.stat').innerText()
      await eventually(async () => {
        await page.keyboard.press('r')
        return /^\d+(\.\d+)?%$/.test(await statOf('Errors'))
      }, PATIENCE)
      await eventually(async () => (await statOf('Dropped spans')) === '0', PATIENCE)
      assert.equal(await statOf('Sidecars'), '2')
      const apps = await panel(page, 'Apps').innerText()
      assert.match(apps, /app_id.*answered\/s/s)
      await panel(page, 'Who calls whom')
        .getByRole('button', { name: /^orders/ })
        .waitFor()
      await eventually(async () => {
        await page.keyboard.press('r')
        const line = await panel(page, 'Requests by app').locator('path').first().getAttribute('d')
        return (line ?? '').startsWith('M')
      }, PATIENCE)
    })
  })

  test('lead from an app to its board, and keep board, app and length in the address', async function () {
    await withTraffic(this, async ({ page }) => {
      await panel(page, 'Apps').getByRole('button', { name: 'orders' }).click()
      await page.getByRole('heading', { name: 'Service', exact: true }).waitFor()
      const { searchParams } = new URL(page.url())
      assert.deepEqual(
        ['board', 'app', 'last'].map((name) => searchParams.get(name)),
        ['sidelight-service', 'orders', '5m'],
      )
      await page.getByLabel('Length').selectOption('1h')
      await page.waitForURL(/last=1h/)
      await page.getByRole('link', { name: 'Sidecars', exact: true }).click()
      await page.waitForURL(
        /board=sidelight-sidecars.*app=orders|app=orders.*board=sidelight-sidecars/,
      )
      // Lines end at the last whole step.
      await eventually(async () => {
        await page.keyboard.press('r')
        return (await panel(page, 'Memory').innerText()).includes('orders resident')
      }, PATIENCE)
      await page.goBack()
      await page.getByRole('heading', { name: 'Service', exact: true }).waitFor()
    })
  })

  test('are all there, without a panel that fails, in every width and theme', async function () {
    await withTraffic(this, async (console) => {
      const { page } = console
      for (const { uid, title, rows } of boardsOf([]))
        for (const width of [1280, 700]) {
          await page.setViewportSize({ width, height: 900 })
          await page.emulateMedia({ colorScheme: width === 700 ? 'dark' : 'light' })
          await console.open(`boards?board=${uid}&last=5m`)
          const count = rows.flatMap(({ panels }) => panels).length
          await eventually(
            async () => (await page.locator('.board-drawn').count()) >= count,
            PATIENCE,
          )
          assert.equal(await page.locator('.board-panel > .bad').count(), 0, title)
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          )
          assert.ok(overflow <= 0, `${title} is ${overflow} px too wide at ${width}`)
        }
    })
  })

  test('say what there is to see when nothing has been scraped', async function () {
    await using console = await open(this)
    await console.open('boards')
    await console.page.getByText('No sidecar has been scraped yet.').waitFor()
    await panel(console.page, 'Requests by app')
      .getByText(/^Nothing yet: What each app/)
      .waitFor()
  })

  test('say when the address names one that is not there', async function () {
    await using console = await open(this)
    await console.open('boards?board=nosuch')
    await eventually(async () =>
      (await console.page.locator('.boards').innerText()).includes('There is no board nosuch'),
    )
  })
})
