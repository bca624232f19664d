import assert from 'node:assert/strict'
import { createAppLines } from '../../../src/cli/pretty-log.ts'

const FIELDS = { scope: 'x', trace_id: 't', topic: 'orders', span_id: 's', trace_flags: '01' }

describe('createAppLines', () => {
  test('ends a line of a sidecar with the ids of its trace', () => {
    const format = createAppLines(['shop', 'a'], false).sidecarFormat('a')
    assert.equal(
      format('', 'warning', 'lost', FIELDS),
      'a    · warning: lost topic=orders trace_id=t span_id=s trace_flags=01',
    )
    assert.equal(format('', 'info', 'ready', { scope: 'x' }), 'a    · ready')
  })

  test('keeps them dim beside a warning in color', () => {
    const format = createAppLines(['a'], true).sidecarFormat('a')
    assert.ok(
      format('', 'warning', 'lost', FIELDS).endsWith(
        '\u001b[33mwarning: lost topic=orders\u001b[0m\u001b[2m trace_id=t span_id=s trace_flags=01\u001b[0m',
      ),
    )
  })
})
