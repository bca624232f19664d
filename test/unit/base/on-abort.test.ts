import assert from 'node:assert/strict'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import { onAbort } from '../../../src/base/on-abort.ts'
import { pause } from '../../../src/base/pause.ts'
import { untilAborted } from '../../../src/base/until-aborted.ts'

describe('onAbort', () => {
  test('lets any number wait for one signal, and Node warns of no leak', async () => {
    const abort = new AbortController()
    const warnings: string[] = []
    const onWarning = ({ name }: Error): unknown => warnings.push(name)
    process.on('warning', onWarning)
    let calls = 0
    for (let i = 0; i < 50; i++) onAbort(abort.signal, () => calls++)
    const clock = createFakeClock()
    const pauses = Array.from({ length: 50 }, () => pause(clock, 1_000, abort.signal))
    abort.abort()
    await Promise.all(pauses)
    // Warnings are said in a turn of their own.
    await new Promise(setImmediate)
    process.off('warning', onWarning)
    assert.deepEqual([calls, clock.pending, warnings], [50, 0, []])
  })

  test('calls once, at once where the signal has fired, and not whoever waits no more', () => {
    const abort = new AbortController()
    const calls: string[] = []
    const twice = (): unknown => calls.push('twice')
    const end = onAbort(abort.signal, twice)
    onAbort(abort.signal, twice)
    onAbort(abort.signal, () => calls.push('gone'))()
    end()
    abort.abort()
    assert.deepEqual(calls, ['twice'])
    onAbort(abort.signal, () => calls.push('late'))
    assert.deepEqual(calls, ['twice', 'late'])
  })
})

describe('untilAborted', () => {
  test('is the promise, or the reason that comes first', async () => {
    const abort = new AbortController()
    assert.equal(await untilAborted(Promise.resolve(1), abort.signal), 1)
    const waiting = untilAborted(new Promise(() => undefined), abort.signal)
    abort.abort(new Error('enough'))
    await assert.rejects(waiting, /enough/)
    await assert.rejects(untilAborted(Promise.reject(new Error('late')), abort.signal), /enough/)
  })
})
