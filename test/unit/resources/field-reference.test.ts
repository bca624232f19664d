import assert from 'node:assert/strict'
import { configurationFields, KEEP_DEFAULTS } from '../../../src/resources/index.ts'

describe('configurationFields', () => {
  const fields = configurationFields()
  const at = (path: string) => fields.find((field) => field.path === path)

  test('describes every field, each once', () => {
    assert.equal(new Set(fields.map(({ path }) => path)).size, fields.length)
    for (const { path, type, doc } of fields)
      assert.ok(type !== '' && doc.length > 5, `${path} is not described`)
    assert.ok(fields.length > 100)
  })

  test('tells types, bounds and defaults', () => {
    assert.deepEqual(at('spec.tracing.samplingRate'), {
      path: 'spec.tracing.samplingRate',
      type: 'rate',
      default: '0.0001',
      doc: 'Share of new traces that are kept, where no rule says otherwise.',
    })
    const hold = at('spec.tracing.sampling.keep.hold')
    assert.deepEqual([hold?.type, hold?.default], ['duration from 100ms to 60s', '5s'])
    assert.equal(at('spec.tracing.sampling.keep.perSecond')?.default, `${KEEP_DEFAULTS.perSecond}`)
    assert.equal(at('spec.tracing.otel.protocol')?.type, 'http | grpc')
    assert.equal(at('spec.tracing.otel.headers[].secretKeyRef.name')?.type, 'text')
    assert.equal(at('spec.tracing.sampling.rules[].match.path')?.type, 'glob')
    assert.equal(at('spec.metric.rules[].labels[].regex')?.type, 'map')
    assert.equal(at('spec.mtls.tokenValidators[].options')?.type, 'any')
  })
})
