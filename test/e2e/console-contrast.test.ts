import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { openConsole } from './console-fixtures.ts'
import { checkout, secondsAgo } from './console-traces.ts'

/** WCAG 2 level AA for text of normal size. */
const LEAST_CONTRAST = 4.5

describe('the console: contrast', () => {
  for (const colorScheme of ['light', 'dark'] as const)
    test(`keeps all text readable in the ${colorScheme} theme [WCAG 2.2: 1.4.3]`, async function () {
      await using console = await openConsole(this, { browser: { colorScheme } })
      const { page } = console
      // The test runner's compiler names inner functions by a call that the page does not have.
      await page.addInitScript('globalThis.__name = (f) => f')
      await console.open()
      await page.getByText('No spans have arrived yet').waitFor()
      const faint = await findFaintText(page)
      const failed = checkout(secondsAgo(20), { error: 'sku lamp-07 is out of stock' })
      await console.post(failed)
      await console.post(checkout(secondsAgo(10)))
      for (const [path, sight] of [
        ['', '.result'],
        ['?serviceName=orders&minDuration=100s', '.widenings'],
        [`traces/${failed[0]?.traceId}`, '.row'],
        ['dependency?service=orders', '.map-node'],
      ] as const) {
        await console.open(path)
        await page.locator(sight).first().waitFor()
        faint.push(...(await findFaintText(page)))
      }
      assert.deepEqual(faint, [])
    })
})

/** Text whose colour is too near to what lies behind it. Runs in the page; a canvas reads any CSS colour. */
const findFaintText = (page: Page): Promise<string[]> =>
  page.evaluate((least) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    if (canvas === null) return ['no canvas']
    const read = (color: string): readonly number[] => {
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = color
      canvas.fillRect(0, 0, 1, 1)
      return [...canvas.getImageData(0, 0, 1, 1).data]
    }
    const luminance = (rgb: readonly number[]): number =>
      [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
        const part = (rgb[i] ?? 0) / 255
        return sum + weight * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
      }, 0)
    const behind = (element: Element | null): readonly number[] => {
      for (let at = element; at !== null; at = at.parentElement) {
        const rgb = read(getComputedStyle(at).backgroundColor)
        if ((rgb[3] ?? 0) > 250) return rgb
      }
      return [255, 255, 255, 255]
    }
    const faint: string[] = []
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const text = [...element.childNodes]
        .filter((node) => node.nodeType === Node.TEXT_NODE)
        .map((node) => node.textContent?.trim())
        .join('')
      if (text === '' || !element.checkVisibility() || element.closest(':disabled, title')) continue
      const style = getComputedStyle(element)
      const isSvg = element instanceof SVGElement
      const front = luminance(read(isSvg ? style.getPropertyValue('fill') : style.color))
      const back = luminance(behind(element))
      const contrast = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05)
      if (contrast < least) faint.push(`${contrast.toFixed(2)} "${text}" (${element.className})`)
    }
    return faint
  }, LEAST_CONTRAST)
