import assert from 'node:assert/strict'
import { recentTraces } from '../../../src/backend/query/recent-traces.ts'
import { openMemoryTraceStore } from '../../../src/backend/store/memory/index.ts'
import type { ZipkinSpan } from '../../../src/wire/zipkin-span.ts'

const END_US = 1_767_225_600_000_000
const HOUR_MS = 3_600_000

const storeOf = async (agesUs: readonly number[]) => {
  const store = openMemoryTraceStore({
    strictTraceId: true,
    autocompleteKeys: [],
    maxSpans: 100_000,
  })
  const spans = agesUs.map(
    (ageUs, i): ZipkinSpan => ({
      traceId: (i + 1).toString(16).padStart(32, '0'),
      id: '1'.repeat(16),
      timestamp: END_US - ageUs,
    }),
  )
  await store.accept({ spans, body: new Uint8Array() })
  return store
}

async function look(agesUs: readonly number[], maxTraces = 10_000, isGone = () => false) {
  await using store = await storeOf(agesUs)
  const seen: string[] = []
  const take = (spans: readonly ZipkinSpan[]) => void seen.push(spans[0]?.traceId ?? '')
  const options = { endUs: END_US, lookbackMs: HOUR_MS, maxTraces, isGone }
  const { fromUs, isCapped } = await recentTraces(store, take, options)
  return { count: seen.length, unique: new Set(seen).size, ageUs: END_US - fromUs, isCapped }
}

const everySecond = Array.from({ length: 3_600 }, (_, i) => i * 1_000_000)

describe('recentTraces', () => {
  test('hands over each trace of the window once, and none outside', async () => {
    assert.deepEqual(await look([...everySecond, HOUR_MS * 1_000 + 1]), {
      count: 3_600,
      unique: 3_600,
      ageUs: HOUR_MS * 1_000,
      isCapped: false,
    })
    assert.equal((await look([])).count, 0)
  })

  test('gets past a millisecond that has more than a page, and past the ends of slices', async () => {
    const ages = [
      ...Array.from({ length: 1_000 }, () => 5_000_000),
      ...Array.from({ length: 300 }, (_, i) => 60_000_000 + i),
      ...Array.from({ length: 300 }, (_, i) => 59_999_900 + i),
    ]
    const { count, unique } = await look(ages)
    assert.deepEqual([count, unique], [1_600, 1_600])
  })

  test('stops at the cap, with the newest, and says how far they reach', async () => {
    assert.deepEqual(await look(everySecond, 100), {
      count: 100,
      unique: 100,
      ageUs: 99_000_000,
      isCapped: true,
    })
    assert.equal((await look(everySecond.slice(0, 100), 100)).isCapped, false)
  })

  test('stops when the asker is gone', async () => {
    assert.equal((await look(everySecond, 10_000, () => true)).count, 0)
  })
})
