import assert from 'node:assert/strict'
import { parseBytes } from '../../../src/base/quantity.ts'

describe('parseBytes [kubernetes: quantity]', () => {
  for (const [text, bytes] of [
    ['0', 0],
    ['1000', 1000],
    ['4Ki', 4096],
    ['4Mi', 4_194_304],
    ['1Gi', 1_073_741_824],
    ['1k', 1000],
    ['1M', 1_000_000],
    ['1.5Ki', 1536],
    ['10B', 10],
    ['4MiB', 4_194_304],
  ] as const)
    test(`reads ${text}`, () => assert.equal(parseBytes(text), bytes))

  for (const text of ['', 'Mi', '-1', '4 Mi', '4mi', '4Ti', '1e3', '.5Mi', 'toString'])
    test(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseBytes(text), undefined))
})
