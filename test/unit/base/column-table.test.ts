import assert from 'node:assert/strict'
import { columnTable } from '../../../src/base/column-table.ts'

describe('columnTable', () => {
  const table = (terminal: number) =>
    columnTable<readonly [string, string, string]>(
      [
        { head: 'NAME', width: 0.25, from: 0, cell: ([name]) => name },
        { head: 'WHAT', width: 0.75, from: 0, cell: ([, what]) => what },
        { head: 'TIME', width: 6, from: 40, cell: ([, , time]) => time },
      ],
      terminal,
    )
  const row = ['orders', 'x'.repeat(200), '12ms'] as const

  test('shares what whole widths leave, and cuts what is longer', () => {
    const { head, row: line } = table(60)
    assert.equal(head, 'NAME          WHAT                                   TIME')
    assert.equal(line(row), `orders        ${'x'.repeat(36)}…  12ms`)
  })

  test('never is wider than the terminal, which must have room for the least', () => {
    for (const terminal of [18, 20, 30, 40, 41, 80, 200]) {
      const { head, row: line } = table(terminal)
      assert.ok(line(row).length <= terminal && head.length <= terminal, String(terminal))
    }
  })
})
