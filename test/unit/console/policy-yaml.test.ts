import assert from 'node:assert/strict'
import { policyYaml, SAMPLE_POLICY } from '../../../src/console/model/policy-yaml.ts'
import { parseConfiguration } from '../../../src/resources/index.ts'
import type { SamplingReport } from '../../../src/wire/sidecar-report.ts'
import { NOW_US, SECOND_US, sampleReport } from '../../support/sample-report.ts'

/** As a sidecar reads it. */
async function read(text: string) {
  const parsed = await parseConfiguration([{ file: 'draft.yaml', text }], {
    env: {},
    nowMs: NOW_US / 1000,
  })
  assert.ok(parsed.ok, JSON.stringify(!parsed.ok && parsed.error))
  assert.deepEqual(parsed.value.warnings, [])
  return parsed.value.configuration
}
const draft = (sampling: Partial<SamplingReport>, name = 'shop') =>
  read(policyYaml(sampleReport({ sampling }).sampling, name))

describe('policyYaml', () => {
  test('writes a rate alone as Dapr does', async () => {
    const { name, tracing } = await draft({ rate: 0.0001 })
    assert.equal(name, 'shop')
    assert.equal(tracing?.samplingRate, 0.0001)
    assert.equal(tracing?.sampling, undefined)
  })

  test('writes a block that reads as what is in force', async () => {
    const untilUs = NOW_US + 600 * SECOND_US
    const { tracing } = await draft({
      rate: 0.25,
      parent: 'raise',
      overrides: [
        {
          name: 'debug',
          match: { target: 'orders', header: 'x-debug' },
          rate: 1,
          perSecond: 5,
          untilUs,
        },
      ],
      rules: [
        {
          name: 'null',
          match: { path: '*/he said "no": #1' },
          rate: 0,
          perSecond: undefined,
          untilUs: undefined,
        },
        { name: '42', match: {}, rate: 0.5, perSecond: undefined, untilUs: undefined },
      ],
      floorPerMinute: 2,
      limitPerSecond: 100,
      keep: { errors: true, errorsFrom: 400, slowerThanMs: 250, perSecond: 7, holdMs: 3000 },
      force: { header: 'x-trace-me', perMinute: 9 },
    })
    assert.equal(tracing?.samplingRate, 0.25)
    assert.deepEqual(tracing?.sampling, {
      parent: 'raise',
      overrides: [
        {
          name: 'debug',
          match: { target: 'orders', header: 'x-debug' },
          rate: 1,
          perSecond: 5,
          untilMs: untilUs / 1000,
        },
      ],
      rules: [
        { name: 'null', match: { path: '*/he said "no": #1' }, rate: 0, perSecond: undefined },
        { name: '42', match: {}, rate: 0.5, perSecond: undefined },
      ],
      floor: { perOperationPerMinute: 2 },
      limit: { perSecond: 100 },
      keep: {
        errors: true,
        errorsFrom: 400,
        slowerThanMs: 250,
        perSecond: 7,
        holdMs: 3000,
        maxBytes: 16_777_216,
      },
      force: { header: 'x-trace-me', perMinute: 9 },
    })
  })

  test('has a sample that can be run', async () => {
    const { tracing } = await read(SAMPLE_POLICY)
    assert.equal(tracing?.samplingRate, 0.1)
    assert.deepEqual(
      tracing?.sampling?.rules.map(({ name }) => name),
      ['checkout'],
    )
  })
})
