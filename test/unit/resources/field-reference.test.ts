import assert from 'node:assert/strict'
import { KEEP_DEFAULTS, resourceFields } from '../../../src/resources/index.ts'

const fieldsOf = (kind: Parameters<typeof resourceFields>[0]) =>
  new Map(resourceFields(kind).map((field) => [field.path, field]))

describe('resourceFields', () => {
  for (const [kind, least] of [
    ['Configuration', 100],
    ['Component', 15],
    ['Subscription', 15],
    ['Resiliency', 30],
  ] as const)
    test(`describes every field of a ${kind}, each once`, () => {
      const fields = resourceFields(kind)
      assert.equal(fieldsOf(kind).size, fields.length)
      for (const { path, type, doc } of fields)
        assert.ok(type !== '' && doc.length > 5, `${path} is not described`)
      assert.ok(fields.length > least)
    })

  test('tells types, bounds and defaults', () => {
    const fields = fieldsOf('Configuration')
    const at = (path: string) => fields.get(path)
    assert.deepEqual(at('spec.tracing.samplingRate'), {
      path: 'spec.tracing.samplingRate',
      type: 'rate',
      default: '0.0001',
      required: false,
      doc: 'Share of new traces that are kept, where no rule says otherwise.',
    })
    const hold = at('spec.tracing.sampling.keep.hold')
    assert.deepEqual([hold?.type, hold?.default], ['duration from 100ms to 60s', '5s'])
    assert.equal(at('spec.tracing.sampling.keep.perSecond')?.default, `${KEEP_DEFAULTS.perSecond}`)
    assert.equal(at('spec.tracing.otel.protocol')?.type, 'http | grpc')
    assert.equal(at('spec.tracing.otel.headers[].secretKeyRef.name')?.type, 'text')
    assert.equal(at('spec.tracing.sampling.rules[].match.path')?.type, 'glob')
    assert.equal(at('spec.metric.rules[].labels[].regex')?.type, 'map of texts')
    assert.equal(at('spec.mtls.tokenValidators[].options')?.type, 'any')
  })

  test('tells what has to be there, and looks into what is named by the user', () => {
    const component = fieldsOf('Component')
    assert.deepEqual(
      ['metadata.name', 'metadata.namespace', 'spec.type', 'spec.metadata'].map(
        (path) => component.get(path)?.required,
      ),
      [true, false, true, false],
    )
    const resiliency = fieldsOf('Resiliency')
    assert.equal(resiliency.get('spec.policies.timeouts')?.type, 'map of durations')
    assert.equal(resiliency.get('spec.policies.retries.<name>.duration')?.default, '5s')
    assert.ok(resiliency.has('spec.targets.components.<name>.inbound.retry'))
  })
})
