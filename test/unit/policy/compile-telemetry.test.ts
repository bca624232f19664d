import assert from 'node:assert/strict'
import { compileTelemetry } from '../../../src/policy/index.ts'
import {
  EMPTY_CONFIGURATION,
  KEEP_DEFAULTS,
  type SamplingSpec,
  type TracingSpec,
} from '../../../src/resources/index.ts'

const compile = (tracing: Partial<TracingSpec>) =>
  compileTelemetry({
    name: 'test',
    tracing: {
      samplingRate: undefined,
      stdout: undefined,
      zipkin: undefined,
      otel: undefined,
      sampling: undefined,
      ...tracing,
    },
  })
const EMPTY_BLOCK: SamplingSpec = {
  parent: 'follow',
  overrides: [],
  rules: [],
  floor: undefined,
  limit: undefined,
  keep: undefined,
  force: undefined,
}
const ofBlock = (block: Partial<SamplingSpec>, samplingRate = 0.5) =>
  compile({ samplingRate, sampling: { ...EMPTY_BLOCK, ...block } }).sampling.rules
const rule = { name: 'a', match: {}, rate: undefined, perSecond: undefined }

describe('compileTelemetry', () => {
  test('is off without a tracing section', () => {
    const { sampling, zipkin, otel, stdout } = compileTelemetry(EMPTY_CONFIGURATION)
    assert.equal(sampling.enabled, false)
    assert.deepEqual([zipkin, otel, stdout], [undefined, undefined, false])
  })

  test('has daprd’s rate when none is given, and no rules without a block', () =>
    assert.deepEqual(compile({}).sampling, { enabled: true, rate: 0.0001, rules: undefined }))

  test('is off at rate 0, unless a sampling block asks to follow callers [design 4]', () => {
    assert.equal(compile({ samplingRate: 0 }).sampling.enabled, false)
    assert.equal(compile({ samplingRate: 0, sampling: EMPTY_BLOCK }).sampling.enabled, true)
  })

  test('hands exporters and keep on', () => {
    const zipkin = { endpointAddress: 'http://a/', headers: {} }
    const policy = compile({
      zipkin,
      stdout: true,
      sampling: { ...EMPTY_BLOCK, keep: KEEP_DEFAULTS },
    })
    assert.deepEqual([policy.zipkin, policy.stdout, policy.keep], [zipkin, true, KEEP_DEFAULTS])
    assert.equal(policy.sampling.rules?.keeps, true)
  })

  test('gives a rule without a rate the plain one', () => {
    const rates = ofBlock({ rules: [rule, { ...rule, rate: 0.1 }] })?.rules.map(({ rate }) => rate)
    assert.deepEqual(rates?.slice(0, 2), [0.5, 0.1])
  })

  test('ends the rules with the health checks, unless a rule bears their name', () => {
    const names = (rules: readonly string[]) =>
      ofBlock({ rules: rules.map((name) => ({ ...rule, name })) })?.rules.map(({ name }) => name)
    assert.deepEqual(names(['a']), ['a', 'health'])
    assert.deepEqual(names(['health', 'a']), ['health', 'a'])
  })

  test('ends overrides at their time, in microseconds', () => {
    const overrides = ofBlock({ overrides: [{ ...rule, untilMs: 1_700_000_000_000 }] })?.overrides
    assert.equal(overrides?.[0]?.untilUs, 1_700_000_000_000_000)
  })

  test('tells a header from the fields of an operation', () => {
    const match = { target: 'orders', header: 'x-beta' }
    const compiled = ofBlock({ rules: [{ ...rule, match }] })?.rules[0]
    assert.deepEqual([compiled?.match, compiled?.header], [{ target: 'orders' }, 'x-beta'])
  })

  test('is frozen: what a request has read never changes', () => {
    const policy = compile({ sampling: EMPTY_BLOCK })
    assert.ok(Object.isFrozen(policy) && Object.isFrozen(policy.sampling))
    assert.ok(Object.isFrozen(policy.sampling.rules))
  })
})
