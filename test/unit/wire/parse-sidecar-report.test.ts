import assert from 'node:assert/strict'
import { parseSidecarReport } from '../../../src/wire/parse-sidecar-report.ts'
import { sampleReport } from '../../support/sample-report.ts'

const OVERRIDE = { name: 'a', match: { api: 'invoke' }, rate: 1, perSecond: undefined }

describe('parseSidecarReport', () => {
  test('reads a report as JSON leaves it: what is absent is absent', () => {
    const report = sampleReport({ sampling: { overrides: [{ ...OVERRIDE, untilUs: 1 }] } })
    const parsed = parseSidecarReport(JSON.stringify(report))
    assert.ok(parsed.ok)
    assert.deepEqual(parsed.value, JSON.parse(JSON.stringify(report)))
  })

  test('lets a later version say more', () => {
    assert.ok(parseSidecarReport(JSON.stringify({ ...sampleReport(), more: [1] })).ok)
  })

  test('names what is not as it must be', () => {
    const report = sampleReport()
    const cases: readonly (readonly [unknown, RegExp])[] = [
      [[], /appId is no string/],
      [null, /it is no object/],
      [{ ...report, nowUs: '1' }, /nowUs is no number/],
      [{ ...report, exporters: {} }, /exporters is no list/],
      [{ ...report, exporters: [{ name: 'zipkin', dropped: {} }] }, /exporters\[0\]\.exported is/],
      [{ ...report, decisions: { rate: 1 } }, /decisions\.rate is no object/],
      [{ ...report, context: undefined }, /context is no object/],
    ]
    for (const [value, message] of cases) {
      const parsed = parseSidecarReport(JSON.stringify(value))
      assert.match(parsed.ok ? 'read' : parsed.error, message)
    }
    const text = parseSidecarReport('<html>')
    assert.deepEqual(text.ok ? 'read' : text.error, 'the answer is no JSON')
  })
})
