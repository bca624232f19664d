import assert from 'node:assert/strict'
import { createFakeClock } from '../../../../src/base/fake-clock.ts'
import { createIdSource } from '../../../../src/base/ids.ts'
import type { ClusterResource } from '../../../../src/control/operator/cluster-resource.ts'
import { createRollouts } from '../../../../src/control/operator/rollouts.ts'
import { type PodFact, statusOf } from '../../../../src/control/operator/status.ts'
import { createSampler, createTracer, type SpanRecord } from '../../../../src/telemetry/index.ts'

const configuration = (generation: number): ClusterResource => ({
  kind: 'Configuration',
  key: 'Configuration/shop/tracing',
  uid: 'u',
  name: 'tracing',
  namespace: 'shop',
  generation,
  revision: String(generation),
  observedSampling: undefined,
  scopes: [],
  streamed: {
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Configuration',
    metadata: { name: 'tracing', namespace: 'shop', generation },
  },
  status: undefined,
})

function open() {
  const clock = createFakeClock()
  const spans: SpanRecord[] = []
  const ends: string[] = []
  const tracer = createTracer({
    sampler: createSampler(() => ({ enabled: true, rate: 1, rules: undefined }), clock),
    ids: createIdSource(),
    clock,
    onEnd: (span) => spans.push(span) > 0,
    onStart: () => undefined,
    onRecord: () => undefined,
  })
  const rollouts = createRollouts({
    tracer,
    clock,
    onEnd: (...end) => ends.push(end.join(' ')),
  })
  const tell = (generation: number, ...states: PodFact['state'][]) => {
    const pods = states.map((state, i) => ({ name: `pod-${i}`, state, message: 'no' }))
    const facts = { generation, problems: [], pods, nowIso: '2026-01-01T00:00:00Z' }
    rollouts.told(configuration(generation), statusOf(facts, undefined))
  }
  const tags = () =>
    spans.map(({ attributes }) =>
      Object.fromEntries(
        attributes.flatMap((key, i) => (i % 2 === 0 ? [[key, attributes[i + 1]]] : [])),
      ),
    )
  return { clock, spans, ends, rollouts, tell, tags }
}

describe('createRollouts', () => {
  test('is a span and a sample from the change to the last sidecar', () => {
    const { clock, spans, ends, rollouts, tell, tags } = open()
    rollouts.began(configuration(3))
    clock.advance(100)
    tell(3, 'applied', 'waiting')
    assert.deepEqual(ends, [])
    clock.advance(150)
    tell(3, 'applied', 'applied')
    tell(3, 'applied', 'applied')
    assert.deepEqual(ends, ['Configuration applied 250'])
    const [span, ...others] = spans
    assert.deepEqual(others, [])
    assert.equal(span?.name, 'rollout Configuration')
    assert.equal(span?.durationUs, 250_000)
    assert.equal(span?.error, undefined)
    assert.deepEqual(tags(), [
      {
        'k8s.namespace.name': 'shop',
        'sidelight.resource.name': 'tracing',
        'sidelight.resource.generation': '3',
        'sidelight.rollout.applied': '2/2',
        'sidelight.rollout.outcome': 'applied',
      },
    ])
  })

  test('fails with what the sidecar says of it', () => {
    const { spans, ends, rollouts, tell } = open()
    rollouts.began(configuration(3))
    tell(3, 'applied', 'rejected')
    assert.deepEqual(ends, ['Configuration failed 0'])
    assert.equal(spans[0]?.error, 'Rejected: pod-1: no')
  })

  test('is overtaken by the next change, and not ended by the status of the one before', () => {
    const { ends, rollouts, tell } = open()
    rollouts.began(configuration(3))
    rollouts.began(configuration(4))
    assert.deepEqual(ends, ['Configuration superseded 0'])
    tell(3, 'applied')
    assert.equal(ends.length, 1)
    tell(4, 'applied')
    assert.equal(ends[1], 'Configuration applied 0')
  })

  test('ends with its resource, and with the lead', () => {
    const { ends, rollouts } = open()
    rollouts.began(configuration(3))
    rollouts.forget('Configuration/shop/other')
    assert.deepEqual(ends, [])
    rollouts.forget('Configuration/shop/tracing')
    rollouts.began(configuration(4))
    rollouts.forget()
    assert.deepEqual(ends, ['Configuration superseded 0', 'Configuration superseded 0'])
  })
})
