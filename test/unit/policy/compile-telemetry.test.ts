import assert from 'node:assert/strict'
import { compileTelemetry } from '../../../src/policy/index.ts'
import { EMPTY_CONFIGURATION, type TracingSpec } from '../../../src/resources/index.ts'

const compile = (tracing: Partial<TracingSpec>) =>
  compileTelemetry({
    name: 'test',
    tracing: {
      samplingRate: undefined,
      zipkinEndpoint: undefined,
      stdout: undefined,
      followsCallers: false,
      ...tracing,
    },
  })

describe('compileTelemetry', () => {
  test('is off without a tracing section', () => {
    const { sampling, zipkinEndpoint, stdout } = compileTelemetry(EMPTY_CONFIGURATION)
    assert.equal(sampling.enabled, false)
    assert.deepEqual([zipkinEndpoint, stdout], [undefined, false])
  })

  test('has daprd’s rate when none is given', () =>
    assert.deepEqual(compile({}).sampling, { enabled: true, rate: 0.0001 }))

  test('is off at rate 0, unless a sampling block asks to follow callers [design 4]', () => {
    assert.deepEqual(compile({ samplingRate: 0 }).sampling, { enabled: false, rate: 0 })
    assert.deepEqual(compile({ samplingRate: 0, followsCallers: true }).sampling, {
      enabled: true,
      rate: 0,
    })
  })

  test('hands endpoint and stdout on', () => {
    const policy = compile({ samplingRate: 1, zipkinEndpoint: 'http://a/', stdout: true })
    assert.deepEqual(policy, {
      sampling: { enabled: true, rate: 1 },
      zipkinEndpoint: 'http://a/',
      stdout: true,
    })
  })

  test('is frozen: what a request has read never changes', () => {
    const policy = compile({})
    assert.ok(Object.isFrozen(policy) && Object.isFrozen(policy.sampling))
  })
})
