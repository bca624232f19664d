import assert from 'node:assert/strict'
import { createPaint } from '../../../src/base/paint.ts'
import { findingLines, sidecarLines } from '../../../src/cli/diagnosis-lines.ts'
import { answered, NOW_US, sampleReport } from '../../support/sample-report.ts'

const plain = createPaint(false)
const finding = { code: 'X', severity: 'error', title: 'it is so', detail: '', cure: '' } as const

describe('findingLines', () => {
  test('says the place once: where the words do not name it', () => {
    const source = { file: 'a.yaml', line: 3 }
    assert.deepEqual(
      findingLines({ ...finding, detail: 'one\ntwo', cure: 'mend it', source }, plain),
      ['  ✘ it is so', '    one', '    two', '    set in a.yaml:3', '    → mend it'],
    )
    assert.equal(findingLines({ ...finding, cure: 'mend a.yaml:3', source }, plain).length, 2)
  })

  test('paints for a terminal only', () => {
    assert.deepEqual(findingLines(finding, createPaint(true)), ['  \u001b[31m✘\u001b[0m it is so'])
    assert.deepEqual(findingLines({ ...finding, severity: 'info' }, plain), ['  · it is so'])
  })
})

describe('sidecarLines', () => {
  const head = { appId: 'orders', namespace: 'shop', pid: 42, healthy: true, findings: [] }
  const facts = (changes: Parameters<typeof sampleReport>[0]) =>
    sidecarLines(head, answered(sampleReport(changes)), plain)

  test('shows what is in force', () => {
    const rule = { name: 'a', match: {}, rate: 1, perSecond: undefined }
    assert.deepEqual(
      facts({
        sampling: {
          rate: 0.35,
          rules: [{ ...rule, untilUs: undefined }],
          overrides: [
            { ...rule, untilUs: NOW_US + 1 },
            { ...rule, untilUs: NOW_US - 1 },
          ],
          limitPerSecond: 200,
          keep: { errors: true, errorsFrom: 500, slowerThanMs: 500, perSecond: 20, holdMs: 5_000 },
          force: { header: 'x-trace', perMinute: 60 },
        },
      }),
      [
        '✔ orders.shop (process 42)',
        '  Configuration  config.yaml: generation 3, in force for 4 min',
        '  In force       new traces kept: 35 % (config.yaml:7), 1 override, 1 rule, at most 200 a second, errors kept, slower than 500 ms kept, forced by x-trace',
        '  Traces go to   zipkin http://zipkin:9411/api/v2/spans',
        '  Requests       10 seen, 10 sampled, 0 kept at their end',
      ],
    )
  })

  test('is brief where tracing is off, and where there is no report', () => {
    assert.deepEqual(facts({ sampling: { enabled: false } }).slice(2), [
      '  In force       tracing is off',
    ])
    const { registration } = answered(sampleReport())
    assert.deepEqual(
      sidecarLines({ ...head, healthy: false }, { registration, error: 'x' }, plain),
      ['✘ orders.shop (process 42)'],
    )
  })
})
