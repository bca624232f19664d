import assert from 'node:assert/strict'
import { createFakeClock } from '../../../src/base/fake-clock.ts'
import { type LogFields, silentLogger } from '../../../src/base/logger.ts'
import { seldom } from '../../../src/base/seldom.ts'

function open() {
  const clock = createFakeClock()
  const lines: [string, LogFields | undefined][] = []
  const log = seldom(
    { ...silentLogger, warning: (message, fields) => void lines.push([message, fields]) },
    clock,
  )
  return { clock, lines, log }
}

describe('seldom', () => {
  test('says a thing once a minute, and then how often it was left out', () => {
    const { clock, lines, log } = open()
    for (let i = 0; i < 3; i++) log.warning('it fails', { topic: 'orders' })
    assert.deepEqual(lines, [['it fails', { topic: 'orders', repeated: undefined }]])
    clock.advance(60_000)
    log.warning('it fails')
    log.warning('it fails')
    assert.deepEqual(lines.slice(1), [['it fails', { repeated: 2 }]])
  })

  test('says different things at once', () => {
    const { lines, log } = open()
    log.warning('it fails')
    log.warning('it fails otherwise')
    assert.equal(lines.length, 2)
  })

  test('remembers a hundred of them', () => {
    const { lines, log } = open()
    for (let i = 0; i <= 100; i++) log.warning(`it fails ${i}`)
    log.warning('it fails 100')
    assert.equal(lines.length, 101)
    log.warning('it fails 0')
    assert.equal(lines.length, 102)
  })
})
