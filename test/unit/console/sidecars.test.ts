import assert from 'node:assert/strict'
import { changeInWords } from '../../../src/console/model/change-words.ts'
import { listDeciders } from '../../../src/console/model/deciders.ts'
import {
  matchInWords,
  operationInWords,
  policyInWords,
  rateInWords,
} from '../../../src/console/model/policy-words.ts'
import {
  findSidecar,
  placeInWords,
  policyPlace,
  sidecarNowUs,
  spanTotals,
} from '../../../src/console/model/sidecars.ts'
import { answered, NOW_US, SECOND_US, sampleReport } from '../../support/sample-report.ts'

const RULE = { rate: 0.5, perSecond: undefined, untilUs: undefined }

describe('rateInWords', () => {
  for (const [rate, words] of [
    [0, 'none'],
    [1, '100%'],
    [0.125, '12.5%'],
    [0.001, '0.1%'],
    [0.0001, '1 in 10,000'],
  ] as const)
    test(`says ${rate} as ${words}`, () => assert.equal(rateInWords(rate), words))
})

describe('policyInWords', () => {
  test('tells no section, off, and following callers apart', () => {
    const words = (sampling: Parameters<typeof sampleReport>[0] & object) =>
      policyInWords(sampleReport(sampling).sampling)
    assert.equal(words({ sampling: { configured: false } }), 'no tracing section')
    assert.equal(words({ sampling: { enabled: false, rate: 0 } }), 'off')
    assert.equal(words({ sampling: { rate: 0, parent: 'follow' } }), 'follows callers only')
    assert.equal(
      words({ sampling: { rate: 0.01, rules: [{ name: 'a', match: {}, ...RULE }] } }),
      '1% of new traces · 1 rule',
    )
  })
})

describe('matchInWords and operationInWords', () => {
  test('say all fields, and what has none', () => {
    assert.equal(matchInWords({}), 'everything')
    assert.equal(matchInWords({ api: 'invoke', path: '/a*' }), 'api invoke, path /a*')
    assert.equal(
      operationInWords({
        operation: { caller: 'web', path: '/a', method: 'GET', api: 'invoke', target: 'b' },
      }),
      'invoke GET b /a caller web',
    )
    assert.equal(operationInWords({ operation: {} }), 'anything')
  })
})

describe('listDeciders', () => {
  test('has the rate alone without a block', () => {
    assert.deepEqual(
      listDeciders(sampleReport()).map(({ name, does, sampled, place }) => [
        name,
        does,
        sampled,
        place?.line,
      ]),
      [['rate', '100%', 10, 7]],
    )
  })

  test('keeps the order of decision, with counts and places', () => {
    const deciders = listDeciders(
      sampleReport({
        sampling: {
          parent: 'follow',
          overrides: [
            { name: 'debug', match: {}, rate: 1, perSecond: 5, untilUs: NOW_US + SECOND_US },
          ],
          rules: [{ name: 'noisy', match: { path: '/x' }, ...RULE }],
          floorPerMinute: 1,
          limitPerSecond: 9,
          keep: {
            errors: true,
            errorsFrom: 500,
            slowerThanMs: 500,
            perSecond: 20,
            holdMs: 5000,
          },
          force: { header: 'x-trace', perMinute: 6 },
        },
        decisions: { noisy: { sampled: 3, unsampled: 4 } },
      }),
    )
    assert.deepEqual(
      deciders.map(({ name, does, place }) => [name, does, place?.line]),
      [
        ['force', '100%, at most 6/min', 11],
        ['parent', 'the caller’s decision holds', 11],
        ['debug', '100%, at most 5/s', 14],
        ['noisy', '50%', 12],
        ['rate', '100%', 7],
        ['floor', 'at least 1/min of each', 11],
        ['limit', 'at most 9/s', 11],
        ['keep', 'kept after their end, at most 20/s', 11],
      ],
    )
    const noisy = deciders.find(({ name }) => name === 'noisy')
    assert.deepEqual([noisy?.sampled, noisy?.unsampled], [3, 4])
    assert.equal(deciders.at(-1)?.asks, 'answers from 500, slower than 500ms')
  })
})

describe('changeInWords', () => {
  test('says ends of overrides as times under the name they have in the file', () => {
    const { path, before, after } = changeInWords({
      path: 'tracing.sampling.overrides.x.untilMs',
      before: undefined,
      after: '1767225600125',
    })
    assert.equal(path, 'tracing.sampling.overrides.x.until')
    assert.equal(before, undefined)
    assert.match(String(after), /:00\.125$/)
  })
  test('leaves everything else as it is', () => {
    const change = { path: 'tracing.samplingRate', before: '1', after: undefined }
    assert.deepEqual(changeInWords(change), change)
  })
})

describe('reports of sidecars', () => {
  test('say who set the rate, or the last file without one', () => {
    assert.equal(placeInWords({ file: '/etc/shop/config.yaml', line: 7 }), 'config.yaml:7')
    assert.equal(placeInWords({ file: '/a/b.yaml' }, { isWhole: true }), '/a/b.yaml')
    assert.equal(policyPlace(sampleReport())?.line, 7)
    const unset = { sources: {}, files: ['/a.yaml', '/b.yaml'] }
    assert.deepEqual(policyPlace(sampleReport({ configuration: unset })), { file: '/b.yaml' })
    assert.equal(
      policyPlace(sampleReport({ configuration: { sources: {}, files: [] } })),
      undefined,
    )
  })

  test('add up what was sent and dropped', () => {
    const dropped = { queue_full: 3, refused: 4 }
    assert.deepEqual(spanTotals(sampleReport({ exporter: { exported: 9, dropped } })), {
      sent: 9,
      dropped: 7,
    })
    assert.deepEqual(spanTotals(sampleReport({ exporter: null })), { sent: 0, dropped: 0 })
  })

  test('go on by their own clock after they were loaded', () => {
    const report = sampleReport()
    assert.equal(sidecarNowUs(report, 5_000, 7_000), NOW_US + 2 * SECOND_US)
    assert.equal(sidecarNowUs(report, 5_000, 4_000), NOW_US)
  })

  test('are found by app and process', () => {
    const [a, b] = [answered(sampleReport()), answered({ ...sampleReport(), pid: 43 })]
    assert.equal(findSidecar([a, b], 'orders', 43), b)
    assert.equal(findSidecar([a, b], 'orders', Number.NaN), a)
    assert.equal(findSidecar([a, b], 'nobody', 42), undefined)
  })
})
