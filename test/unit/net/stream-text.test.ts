import assert from 'node:assert/strict'
import { gunzipSync } from 'node:zlib'
import { createFakeClock, type FakeClock } from '../../../src/base/fake-clock.ts'
import type { BodyStream } from '../../../src/net/index.ts'
import { inSlices, streamText } from '../../../src/net/stream-text.ts'

/** Each part takes its time to make. */
function* slowParts(clock: FakeClock, count: number, eachMs: number): Generator<string> {
  for (let i = 0; i < count; i++) {
    clock.advance(eachMs)
    yield `part ${i}\n`
  }
}

/** How long the machine was held up between any two turns of others. */
async function heldUp(clock: FakeClock, slices: AsyncIterable<string>) {
  const turns: number[] = [clock.elapsedMs()]
  let isRunning = true
  const look = (): void => {
    turns.push(clock.elapsedMs())
    if (isRunning) setImmediate(look)
  }
  setImmediate(look)
  let text = ''
  for await (const slice of slices) text += slice
  isRunning = false
  turns.push(clock.elapsedMs())
  const gaps = turns.slice(1).map((at, i) => at - (turns[i] as number))
  return { text, longestMs: Math.max(...gaps), turns: turns.length }
}

function read(body: BodyStream, { slow = false } = {}): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  return new Promise((resolve, reject) =>
    body.pipe({
      write(chunk) {
        chunks.push(chunk)
        if (slow) setImmediate(() => body.resume())
        return !slow
      },
      end: () => resolve(Buffer.concat(chunks)),
      fail: reject,
    }),
  )
}

describe('inSlices', () => {
  test('never holds others up for more than 5 ms, however long the text', async () => {
    const clock = createFakeClock()
    // 20 000 series, each of which takes a long 0.1 ms.
    const { text, longestMs, turns } = await heldUp(
      clock,
      inSlices(slowParts(clock, 20_000, 0.1), clock),
    )
    assert.equal(text.split('\n').length, 20_001)
    assert.equal(clock.elapsedMs().toFixed(), '2000')
    assert.ok(longestMs < 5, `${longestMs} ms`)
    assert.ok(turns > 900, `${turns} turns`)
  })

  test('takes no turn for what is made at once, and joins small parts', async () => {
    const clock = createFakeClock()
    const slices: string[] = []
    for await (const slice of inSlices(slowParts(clock, 10_000, 0), clock)) slices.push(slice)
    assert.ok(slices.length < 8, `${slices.length} slices`)
    assert.equal(slices.join('').split('\n').length, 10_001)
  })
})

describe('streamText', () => {
  const parts = () => Array.from({ length: 5_000 }, (_, i) => `part ${i} ${'x'.repeat(50)}\n`)

  test('is the whole text, also to a slow reader', async () => {
    const clock = createFakeClock()
    for (const slow of [false, true]) {
      const body = streamText(parts(), clock, { gzip: false })
      assert.equal((await read(body, { slow })).toString(), parts().join(''))
    }
  })

  test('is packed when asked for', async () => {
    const packed = await read(streamText(parts(), createFakeClock(), { gzip: true }), {
      slow: true,
    })
    assert.ok(packed.length < parts().join('').length / 5)
    assert.equal(gunzipSync(packed).toString(), parts().join(''))
  })

  test('is no longer made when nobody wants the rest', async () => {
    for (const gzip of [false, true]) {
      let ended = false
      let made = 0
      function* endless(): Generator<string> {
        try {
          for (;;) {
            made++
            yield 'x'.repeat(20_000)
          }
        } finally {
          ended = true
        }
      }
      const body = streamText(endless(), createFakeClock(), { gzip })
      const failed = read(body, { slow: true }).catch(() => 'broke off')
      setImmediate(() => body.cancel())
      while (!ended) await new Promise(setImmediate)
      assert.ok(made < 10_000)
      void failed
    }
  })

  test('breaks off, and does not end, when a part cannot be made', async () => {
    for (const gzip of [false, true]) {
      function* broken(): Generator<string> {
        yield 'begun'
        throw new Error('no more')
      }
      await assert.rejects(
        read(streamText(broken(), createFakeClock(), { gzip })),
        gzip ? /no more|Premature/ : /no more/,
      )
    }
  })
})
