import assert from 'node:assert/strict'
import { createQueryGate } from '../../../../src/backend/promql/query-gate.ts'

describe('the gate of queries', () => {
  test('lets so many in at a time, in their order, and more when one fails', async () => {
    const gate = createQueryGate(2)
    const started: number[] = []
    const finish: (() => void)[] = []
    const tasks = Array.from({ length: 5 }, (_, i) =>
      gate
        .run(async () => {
          started.push(i)
          await new Promise<void>((resolve) => finish.push(resolve))
          if (i % 2 === 0) throw new Error(`task ${i}`)
          return i
        })
        .catch((error: Error) => error.message),
    )
    for (let running = 2; running <= 5; running++) {
      while (started.length < running) await Promise.resolve()
      assert.equal(started.length, running)
      finish[running - 2]?.()
    }
    finish[4]?.()
    assert.deepEqual(await Promise.all(tasks), ['task 0', 1, 'task 2', 3, 'task 4'])
    assert.deepEqual(started, [0, 1, 2, 3, 4])
  })
})
