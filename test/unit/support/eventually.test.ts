import assert from 'node:assert/strict'
import { eventually } from '../../support/eventually.ts'

describe('eventually', () => {
  test('gives the first value that is there', async () => {
    let looks = 0
    assert.equal(await eventually(() => (++looks < 3 ? undefined : looks)), 3)
  })

  test('looks again after a probe that throws', async () => {
    let looks = 0
    const probe = async (): Promise<boolean> => {
      assert.ok(++looks > 2, 'too early')
      return true
    }
    assert.equal(await eventually(probe), true)
  })

  test('fails at the deadline with what was seen last', async () => {
    const probe = (): never => {
      throw new Error('still empty')
    }
    await assert.rejects(eventually(probe, { deadlineMs: 1, intervalMs: 1 }), /still empty/)
  })

  test('tells a probe without a value to give one', async () => {
    const probe = (): undefined => undefined
    await assert.rejects(eventually(probe, { deadlineMs: 1, intervalMs: 1 }), /must return true/)
  })
})
