import assert from 'node:assert/strict'
import { type OpenConsole, openConsole } from './console-fixtures.ts'
import { checkout, secondsAgo } from './console-traces.ts'

/** A good checkout and a failed one, seconds ago. */
async function seedShop(console: OpenConsole): Promise<string> {
  const failed = checkout(secondsAgo(20), { error: 'sku lamp-07 is out of stock' })
  await console.post(checkout(secondsAgo(10)))
  await console.post(failed)
  return failed[0]?.traceId ?? ''
}

describe('the console: narrow windows, long names, many services', () => {
  for (const width of [400, 900])
    test(`fits ${width} pixels`, async function () {
      await using console = await openConsole(this, {
        browser: { viewport: { width, height: 720 } },
      })
      const failedId = await seedShop(console)
      for (const path of ['', `traces/${failedId}`, 'dependency']) {
        await console.open(path)
        await console.page.locator('.result, .row, .map-node').first().waitFor()
        assert.equal(
          await console.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
          true,
          path,
        )
      }
    })

  test('shows whole names and the whole map at 900 pixels', async function () {
    await using console = await openConsole(this, {
      browser: { viewport: { width: 900, height: 720 } },
    })
    const { page } = console
    const failedId = await seedShop(console)
    await console.open(`traces/${failedId}`)
    const first = page.locator('.row-text').first()
    await first.waitFor()
    assert.ok(await first.evaluate((text) => text.scrollWidth <= text.clientWidth))
    await console.open('dependency')
    const canvas = page.locator('.map-canvas')
    await canvas.waitFor()
    assert.ok(await canvas.evaluate((box) => box.scrollWidth <= box.clientWidth))
  })

  test('leaves room for the others beside a service with a long name', async function () {
    await using console = await openConsole(this)
    const { page } = console
    const [first, second, ...rest] = checkout(secondsAgo(5))
    assert.ok(first !== undefined && second !== undefined)
    const long = 'a-name-that-nobody-would-choose-'.repeat(8)
    await console.post([first, { ...second, localEndpoint: { serviceName: long } }, ...rest])
    await console.open(`traces/${first.traceId}`)
    const chips = page.locator('.trace-header .service')
    await chips.nth(3).waitFor()
    assert.equal(await page.locator(`.trace-header .service[title="${long}"]`).count(), 1)
    for (const text of await page.locator('.trace-header .service-text').all())
      if ((await text.innerText()) !== long)
        assert.ok(await text.evaluate((box) => box.scrollWidth <= box.clientWidth))
  })

  test('draws a map of 25 000 services as one that can be read, and says so', async function () {
    await using console = await openConsole(this)
    const { page } = console
    await page.route('**/api/v2/dependencies?*', (request) =>
      request.fulfill({
        json: Array.from({ length: 24_999 }, (_, i) => ({
          parent: 'gateway',
          child: `tenant-${i}`,
          callCount: 25_000 - i,
        })),
      }),
    )
    await console.open('dependency')
    await page.getByText('25,000 services').waitFor()
    assert.equal(await page.locator('.map-node').count(), 60)
    await page.getByText('drawn are the 59 with most calls').waitFor()
    assert.ok((await page.locator('*').count()) < 2_000)
    await page.getByRole('button', { name: /^\+ 24,941 more/ }).click()
    await page.getByText('The services with the fewest calls').waitFor()
  })
})
