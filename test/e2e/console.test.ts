import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'
import { type OpenConsole, openConsole } from './console-fixtures.ts'
import { bigTrace, checkout, secondsAgo } from './console-traces.ts'

const rows = (page: Page): Locator => page.locator('.trace-list .result')
const spans = (page: Page): Locator => page.getByRole('treeitem')
const panel = (page: Page): Locator => page.getByRole('complementary', { name: 'Span details' })

/** A busy machine may need long; what is waited for is seen, not timed. */
const PATIENCE = { deadlineMs: 20_000 }

/** Waits until a locator matches this many elements. */
const hasCount = (locator: Locator, count: number): Promise<true> =>
  eventually(async () => {
    assert.equal(await locator.count(), count)
    return true as const
  }, PATIENCE)

/** Waits until the page's query part holds this. */
const hasParam = (page: Page, name: string, value: string | null): Promise<true> =>
  eventually(() => {
    assert.equal(new URL(page.url()).searchParams.get(name), value)
    return true as const
  }, PATIENCE)

async function isInViewport(locator: Locator): Promise<boolean> {
  const box = await locator.boundingBox()
  const size = locator.page().viewportSize()
  return (
    box !== null &&
    size !== null &&
    box.width > 0 &&
    box.x >= 0 &&
    box.y >= 0 &&
    box.x + box.width <= size.width &&
    box.y + box.height <= size.height
  )
}

/** Three good checkouts, a slow one, and a failed one, seconds ago. */
async function seedShop(console: OpenConsole): Promise<{ failedId: string; slowId: string }> {
  const failed = checkout(secondsAgo(20), { error: 'sku lamp-07 is out of stock' })
  const slow = checkout(secondsAgo(40), { durationUs: 900_000 })
  for (const at of [10, 30, 50]) await console.post(checkout(secondsAgo(at)))
  await console.post(failed)
  await console.post(slow)
  return { failedId: failed[0]?.traceId ?? '', slowId: slow[0]?.traceId ?? '' }
}

describe('the console: search', () => {
  test('runs on opening and lists traces newest first', async function () {
    await using console = await openConsole(this)
    await seedShop(console)
    const { page } = console
    await console.open()
    await hasCount(rows(page), 5)
    assert.match(await page.locator('.count').innerText(), /5 traces\s+1 with errors/)
    const first = await rows(page).first().innerText()
    assert.match(first, /storefront\s*calllocal\/orders\/checkout/)
    assert.match(first, /5 spans/)
    await hasCount(page.locator('.scatter circle'), 5)
    await hasCount(page.locator('.scatter circle.bad'), 1)
  })

  test('takes every filter from a Zipkin Lens link', async function () {
    await using console = await openConsole(this)
    const { failedId } = await seedShop(console)
    const endTs = Math.floor(secondsAgo(-5) / 1000)
    await console.open(
      `?serviceName=orders&remoteServiceName=inventory&spanName=calllocal%2Finventory%2Freserve` +
        `&annotationQuery=error+and+dapr.status_code%3D409&minDuration=1ms&maxDuration=10s` +
        `&lookback=15m&endTs=${endTs}&limit=20`,
    )
    await hasCount(rows(console.page), 1)
    assert.match(
      (await rows(console.page).first().getAttribute('href')) ?? '',
      new RegExp(failedId),
    )
    assert.equal(
      await console.page.getByLabel('Span name').inputValue(),
      'calllocal/inventory/reserve',
    )
    assert.equal(await console.page.getByLabel('Min duration').inputValue(), '1ms')
  })

  test('offers names after a service, runs what is chosen, and goes back', async function () {
    await using console = await openConsole(this)
    await seedShop(console)
    const { page } = console
    await console.open()
    await hasCount(rows(page), 5)
    await page.getByLabel('Service', { exact: true }).click()
    await page.getByRole('option', { name: 'orders' }).click()
    await hasParam(page, 'serviceName', 'orders')
    await page.getByLabel('Span name').click()
    await page.getByRole('option', { name: 'price basket' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await hasParam(page, 'spanName', 'calllocal/inventory/reserve')
    await page.goBack()
    await hasParam(page, 'spanName', null)
    await page.goBack()
    await hasParam(page, 'serviceName', null)
    assert.equal(await page.getByLabel('Service', { exact: true }).inputValue(), '')
  })

  test('sorts, and keeps the order in the URL', async function () {
    await using console = await openConsole(this)
    const { slowId, failedId } = await seedShop(console)
    const { page } = console
    await console.open()
    await page.getByRole('button', { name: 'Longest' }).click()
    await hasParam(page, 'sort', 'longest')
    assert.match((await rows(page).first().getAttribute('href')) ?? '', new RegExp(slowId))
    await page.getByRole('button', { name: 'Errors first' }).click()
    await hasParam(page, 'sort', 'errors')
    await page.reload()
    await rows(page).first().waitFor()
    assert.match((await rows(page).first().getAttribute('href')) ?? '', new RegExp(failedId))
    assert.match(await rows(page).first().innerText(), /4 errors/)
  })

  test('says that the list is cut at the limit, and offers more', async function () {
    await using console = await openConsole(this)
    await seedShop(console)
    await console.open('?limit=2')
    await hasCount(rows(console.page), 2)
    await console.page.getByText('Cut at the limit').waitFor()
    await console.page.getByRole('button', { name: 'Show up to 20' }).click()
    await hasCount(rows(console.page), 5)
  })

  test('names a duration that cannot be read, with the cure, and asks nothing', async function () {
    await using console = await openConsole(this)
    await console.open('?minDuration=soon')
    await console.page.getByText('This search cannot be run yet').waitFor()
    assert.match(await console.page.locator('.notice').innerText(), /minDuration.*10ms/)
  })

  test('shows new traces by itself when auto-refresh is on', async function () {
    await using console = await openConsole(this)
    await console.post(checkout(secondsAgo(5)))
    await console.open('?live=1')
    await hasCount(rows(console.page), 1)
    assert.ok(await console.page.getByLabel('Auto-refresh').isChecked())
    await console.post(checkout(secondsAgo(1)))
    await eventually(async () => (await rows(console.page).count()) === 2, PATIENCE)
  })
})

describe('the console: a trace', () => {
  test('shows the critical data of the failed span in red without scrolling at 1280 × 720', async function () {
    await using console = await openConsole(this)
    const { failedId } = await seedShop(console)
    const { page } = console
    await console.open(`traces/${failedId}`)
    const details = panel(page)
    await details.getByRole('heading', { name: 'calllocal/inventory/reserve' }).waitFor()
    assert.match(
      await details.innerText(),
      /inventory[\s\S]*409[\s\S]*out of stock[\s\S]*Duration[\s\S]*Self time[\s\S]*Start[\s\S]*Kind[\s\S]*Parent/,
    )
    for (const part of [
      details.locator('.error-box'),
      details.getByText('Self time'),
      details.getByText('Duration'),
      details.getByText('SERVER'),
      details.getByText('Parent', { exact: true }),
      page.locator('.row.selected'),
      page.locator('.trace-header .facts'),
    ])
      assert.ok(await isInViewport(part), String(part))
    assert.equal(
      await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight),
      true,
    )
    const [red, green, blue] = await colorOf(details.locator('.error-box'))
    assert.ok(red > 150 && green < 90 && blue < 90, `${red} ${green} ${blue}`)
    await hasCount(page.locator('.bar.bad'), 4)
  })

  test('lists every span in its tree, with kinds, durations and the critical path', async function () {
    await using console = await openConsole(this)
    await console.post(checkout(secondsAgo(3)))
    const { page } = console
    await console.open()
    await rows(page).first().click()
    await hasCount(spans(page), 5)
    assert.deepEqual(
      await spans(page).evaluateAll((items) =>
        items.map((item) => item.getAttribute('aria-level')),
      ),
      ['1', '2', '3', '4', '3'],
    )
    assert.match(await spans(page).first().innerText(), /40ms/)
    assert.ok((await page.locator('.critical').count()) >= 5)
    await page.getByRole('button', { name: 'Critical path' }).click()
    await hasCount(page.locator('.critical'), 0)
    await hasParam(page, 'critical', '0')
  })

  test('is walked by keyboard: spans, folds, find, errors, zoom', async function () {
    await using console = await openConsole(this)
    const { failedId } = await seedShop(console)
    const { page } = console
    await console.open(`traces/${failedId}`)
    await hasCount(spans(page), 5)
    const selected = page.locator('.row.selected')
    await page.keyboard.press('Home')
    await selected.getByText('storefront').waitFor()
    await page.keyboard.press('ArrowDown')
    await selected.getByText('orders', { exact: true }).waitFor()
    await page.keyboard.press('ArrowLeft')
    await hasCount(spans(page), 2)
    await page.keyboard.press('ArrowRight')
    await hasCount(spans(page), 5)
    await page.keyboard.press('/')
    await page.keyboard.type('reserve')
    await page.getByText(/of 2$/).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('1 of 2').waitFor()
    await page.keyboard.press('Escape')
    await hasParam(page, 'find', null)
    await page.keyboard.press('Home')
    await page.keyboard.press('e')
    await selected.getByText('orders', { exact: true }).waitFor()
    await page.keyboard.press('+')
    await hasParam(page, 'from', '10000')
    await page.keyboard.press('0')
    await hasParam(page, 'from', null)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard help' }).waitFor()
  })

  test('has its state in the link: span, folds, find', async function () {
    await using console = await openConsole(this)
    const trace = checkout(secondsAgo(3))
    await console.post(trace)
    const [client, server] = trace
    const { page } = console
    await console.open(
      `traces/${client?.traceId}?span=${server?.id}&fold=${server?.id}&find=orders`,
    )
    await hasCount(spans(page), 2)
    assert.equal(await page.getByLabel('Find in this trace').inputValue(), 'orders')
    await panel(page).getByText('SERVER').waitFor()
  })

  test('filters tags', async function () {
    await using console = await openConsole(this)
    const { failedId } = await seedShop(console)
    await console.open(`traces/${failedId}`)
    await console.page.getByLabel('Filter tags').fill('status')
    await hasCount(panel(console.page).locator('.tags li'), 2)
  })

  test('says by how much it moved spans for clock skew', async function () {
    await using console = await openConsole(this)
    const trace = checkout(secondsAgo(3), { skewUs: 10_000 })
    await console.post(trace)
    await console.open(`traces/${trace[0]?.traceId}`)
    await console.page.getByText('starts were adjusted by 10ms').waitFor()
    await console.page.keyboard.press('ArrowDown')
    await panel(console.page).getByText('adjusted by +10ms').waitFor()
  })

  test('shows spans whose parent did not arrive under a line that says so', async function () {
    await using console = await openConsole(this)
    const trace = checkout(secondsAgo(3), { parentId: 'abad1deaabad1dea' })
    await console.post(trace)
    await console.open(`traces/${trace[0]?.traceId}`)
    await hasCount(spans(console.page), 6)
    assert.match(await spans(console.page).first().innerText(), /parent missing\s+abad1deaabad1dea/)
    await console.page.getByText('One span names a parent that did not arrive').waitFor()
  })

  test('draws only the rows in view of 10 000 spans, and reaches all of them', async function () {
    await using console = await openConsole(this)
    const trace = bigTrace(secondsAgo(30), 10_000)
    await console.post(trace)
    const { page } = console
    await console.open(`traces/${trace[0]?.traceId}`)
    await page.getByText('10,000').first().waitFor()
    await page.locator('.row.selected').getByText('index page 7000').waitFor()
    assert.ok((await spans(page).count()) < 80)
    await page.keyboard.press('End')
    await page.locator('.row.selected').getByText('index page 9999').waitFor()
    assert.ok(await isInViewport(page.locator('.row.selected')))
    await page.locator('.waterfall').evaluate((box) => box.scrollTo(0, 0))
    await page.getByText('nightly reindex').nth(1).waitFor()
    assert.ok((await spans(page).count()) < 80)
    await page.locator('.minimap').waitFor()
  })
})

describe('the console: around', () => {
  test('opens a trace by id, by traceparent, and refuses what is neither', async function () {
    await using console = await openConsole(this)
    const { failedId } = await seedShop(console)
    const { page } = console
    await console.open()
    await rows(page).first().waitFor()
    await page.keyboard.press('g')
    await page.keyboard.type('what is this')
    await page.keyboard.press('Enter')
    await page.getByText('A trace id is 1 to 32 hex digits.').waitFor()
    await page.locator('#jump').fill(`00-${failedId}-00f067aa0ba902b7-01`)
    await page.keyboard.press('Enter')
    await hasCount(spans(page), 5)
    assert.ok(page.url().endsWith(`/zipkin/traces/${failedId}`))
  })

  test('opens a trace from a file without sending it anywhere', async function () {
    await using console = await openConsole(this)
    await console.open()
    const choose = (name: string, text: string): Promise<void> =>
      console.page.locator('input[type=file]').setInputFiles({
        name,
        mimeType: 'application/json',
        buffer: Buffer.from(text),
      })
    await choose('shop.json', JSON.stringify(checkout(secondsAgo(9))))
    await hasCount(spans(console.page), 5)
    await console.page.getByText('From the file shop.json').waitFor()
    await choose('notes.txt', 'buy milk')
    await console.page.getByText('notes.txt is not a trace file').waitFor()
  })

  test('downloads a trace as a file that it can open again', async function () {
    await using console = await openConsole(this)
    const trace = checkout(secondsAgo(9))
    await console.post(trace)
    const { page } = console
    await console.open(`traces/${trace[0]?.traceId}`)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'JSON', exact: true }).click(),
    ])
    assert.equal(download.suggestedFilename(), `${trace[0]?.traceId}.json`)
    await page.locator('input[type=file]').setInputFiles(await download.path())
    await page.getByText('not stored in the backend').waitFor()
    await hasCount(spans(page), 5)
  })

  test('follows the system’s theme, and remembers another choice', async function () {
    await using console = await openConsole(this, { browser: { colorScheme: 'dark' } })
    const { page } = console
    await console.open()
    const brightness = async (): Promise<number> => {
      const [red, green, blue] = await colorOf(page.locator('html'), 'background-color')
      return (red + green + blue) / 3
    }
    assert.ok((await brightness()) < 60)
    await page.getByRole('button', { name: 'Switch to the light theme' }).click()
    assert.ok((await brightness()) > 200)
    await page.reload()
    await page.getByRole('button', { name: 'Switch to the dark theme' }).waitFor()
    assert.ok((await brightness()) > 200)
  })

  test('shows every step of a tab walk', async function () {
    await using console = await openConsole(this)
    await seedShop(console)
    const { page } = console
    await console.open()
    await hasCount(rows(page), 5)
    const seen: string[] = []
    for (let i = 0; i < 32; i++) {
      await page.keyboard.press('Tab')
      const step = await page.evaluate(() => {
        const at = document.activeElement
        if (at === null || at === document.body) return 'body'
        const box = at.matches('input[type=file]') ? at.parentElement : at
        const { outlineStyle } = getComputedStyle(box ?? at)
        return `${at.tagName} ${at.getAttribute('name') ?? at.textContent?.trim()} ${outlineStyle}`
      })
      seen.push(step)
      if (step.includes('calllocal')) break
    }
    assert.ok(
      seen.some((step) => step.includes('serviceName')),
      seen.join('\n'),
    )
    assert.ok(
      seen.some((step) => step.includes('calllocal')),
      seen.join('\n'),
    )
    for (const step of seen) assert.doesNotMatch(step, / none$/)
    await page.keyboard.press('Enter')
    await hasCount(spans(page), 5)
  })

  test('draws the service map, and leads from a service to its traces', async function () {
    await using console = await openConsole(this)
    await seedShop(console)
    const { page } = console
    await console.open('dependency')
    await hasCount(page.locator('.map-node'), 3)
    const inventory = page.getByRole('button', { name: /inventory, 5 calls in, 1 errors/ })
    await inventory.focus()
    await page.keyboard.press('Enter')
    await hasParam(page, 'service', 'inventory')
    const details = page.getByRole('complementary', { name: 'Service details' })
    assert.match(await details.innerText(), /Used by\s+5 calls[\s\S]*orders\s+5\s+1 \(20%\)/)
    await details.getByRole('link', { name: 'Traces with errors' }).click()
    await hasCount(rows(page), 1)
  })

  test('clears all traces after a question, only where the backend allows it', async function () {
    await using console = await openConsole(this, { settings: { allowClear: true } })
    await seedShop(console)
    const { page } = console
    await console.open()
    await hasCount(rows(page), 5)
    await page.getByRole('button', { name: 'Clear all traces' }).click()
    await page.getByRole('button', { name: 'Keep them' }).click()
    await hasCount(rows(page), 5)
    await page.getByRole('button', { name: 'Clear all traces' }).first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Clear all traces' }).click()
    await page.getByText('No spans have arrived yet').waitFor()
  })
})

describe('the console: reasons', () => {
  test('says why nothing is there yet, with the Configuration that cures it, and then shows the first trace', async function () {
    await using console = await openConsole(this)
    const { page } = console
    await console.open()
    await page.getByText('No spans have arrived yet').waitFor()
    const text = await page.locator('.notice').innerText()
    for (const reason of [/sampling rate is 0/, /No exporter is configured/, /Nobody called/])
      assert.match(text, reason)
    assert.match(text, new RegExp(`endpointAddress: ${console.url}/api/v2/spans`))
    assert.equal(await page.getByRole('button', { name: 'Clear all traces' }).count(), 0)
    await console.post(checkout(secondsAgo(1)))
    await eventually(async () => (await rows(page).count()) === 1, PATIENCE)
  })

  test('says which filters matched nothing, and what letting one go would find', async function () {
    await using console = await openConsole(this)
    await seedShop(console)
    await console.open('?serviceName=orders&minDuration=100s')
    const { page } = console
    await page.getByText('No trace matches this search').waitFor()
    const wider = page.locator('.widenings li', { hasText: 'without minimum duration 100s' })
    await wider.getByText('5 traces').waitFor()
    await page.getByRole('link', { name: 'without minimum duration 100s' }).click()
    await hasCount(rows(page), 5)
  })

  test('says why a trace is not found, and finds it once it has come', async function () {
    await using console = await openConsole(this)
    console.expectFailedLoads()
    const trace = checkout(secondsAgo(1))
    const { page } = console
    await console.open(`traces/${trace[0]?.traceId}`)
    await page.getByText('This trace is not stored here').waitFor()
    assert.match(
      await page.locator('.notice').innerText(),
      /still arriving[\s\S]*not sampled[\s\S]*expired/,
    )
    await console.post(trace)
    await page.getByRole('button', { name: 'Try again' }).click()
    await hasCount(spans(page), 5)
  })

  test('says since when the backend is gone, keeps what it has, and goes on by itself', async function () {
    await using console = await openConsole(this)
    console.expectFailedLoads()
    await seedShop(console)
    const { page } = console
    await console.open()
    await hasCount(rows(page), 5)
    const start = await console.stop()
    await page.keyboard.press('r')
    await page.getByText(/cannot be reached since \d\d:\d\d:\d\d/).waitFor()
    assert.equal(await rows(page).count(), 5)
    await page.getByLabel('Tags and annotations').fill('error')
    await page.keyboard.press('Enter')
    await page.getByText('The trace backend cannot be reached').waitFor()
    await page.getByText(/Since \d\d:\d\d:\d\d\. The page keeps trying/).waitFor()
    await start()
    await page.getByText('No spans have arrived yet').waitFor({ timeout: 20_000 })
  })

  test('offers no second try for an id that is none', async function () {
    await using console = await openConsole(this)
    console.expectFailedLoads()
    await console.open('traces/xyz')
    await console.page.getByText('The same request will be refused again').waitFor()
    await console.page.getByRole('link', { name: 'Search instead' }).waitFor()
    assert.equal(await console.page.getByRole('button', { name: /Try/ }).count(), 0)
  })

  test('says that search is turned off, and still opens a trace', async function () {
    await using console = await openConsole(this, { settings: { searchEnabled: false } })
    const { failedId } = await seedShop(console)
    await console.open()
    await console.page.getByText('Search is turned off in this backend').waitFor()
    await console.page.locator('#jump').fill(failedId)
    await console.page.keyboard.press('Enter')
    await hasCount(spans(console.page), 5)
  })

  test('says why the service map is empty', async function () {
    await using console = await openConsole(this)
    await console.open('dependency')
    await console.page.getByText('No calls between services in this time').waitFor()
  })

  test('says that a page does not exist, also when it is asked for directly', async function () {
    await using console = await openConsole(this)
    console.expectFailedLoads()
    assert.equal((await fetch(`${console.url}/zipkin/nosuch/page`)).status, 404)
    await console.open('nosuch/page')
    await console.page.getByText('There is no page here').waitFor()
    await console.open()
    await console.page.getByText('No spans').waitFor()
    await console.page.evaluate(() => {
      history.pushState(null, '', 'nowhere')
      dispatchEvent(new PopStateEvent('popstate'))
    })
    await console.page.getByText('There is no page here').waitFor()
  })
})

/** Red, green, blue of a computed colour, 0–255. */
async function colorOf(locator: Locator, property = 'color'): Promise<[number, number, number]> {
  const text = await locator.evaluate(
    (element, name) => getComputedStyle(element).getPropertyValue(name),
    property,
  )
  const [red = 0, green = 0, blue = 0] = text.match(/[\d.]+/g)?.map(Number) ?? []
  return [red, green, blue]
}
