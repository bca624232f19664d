import assert from 'node:assert/strict'
import {
  type BatchProcessor,
  createSpanPipeline,
  type Exporter,
  type ExporterName,
} from '../../../src/telemetry/index.ts'
import { spanNamed } from './held-exporter.ts'

const exporter = (): Exporter => ({ export: async () => ({ kind: 'exported' }) })

/** A processor that writes down what it is told. */
function open() {
  const told: string[] = []
  const names = new Map<Exporter, string>()
  const pipeline = createSpanPipeline((name: ExporterName): BatchProcessor => {
    told.push(`${name} made`)
    return {
      add: (span) => told.push(`${name} add ${span.name}`) > 0,
      replace: (next) =>
        void told.push(`${name} replace ${next === undefined ? 'nothing' : names.get(next)}`),
      shutdown: async (deadlineMs) => void told.push(`${name} shutdown ${deadlineMs}`),
    }
  })
  const named = (name: string): Exporter => {
    const made = exporter()
    names.set(made, name)
    return made
  }
  const take = (): string[] => told.splice(0)
  return { pipeline, named, take }
}

describe('createSpanPipeline', () => {
  test('takes spans to nowhere without exporters', async () => {
    const { pipeline, take } = open()
    pipeline.add(spanNamed('a'))
    pipeline.apply({})
    pipeline.add(spanNamed('b'))
    await pipeline.shutdown(1)
    assert.deepEqual(take(), [])
  })

  test('gives each span to every active exporter', () => {
    const { pipeline, named, take } = open()
    pipeline.apply({ zipkin: named('z'), stdout: named('s') })
    take()
    pipeline.add(spanNamed('a'))
    assert.deepEqual(take(), ['zipkin add a', 'stdout add a'])
  })

  test('leaves an exporter alone that stays the same', () => {
    const { pipeline, named, take } = open()
    const zipkin = named('z')
    pipeline.apply({ zipkin })
    take()
    pipeline.apply({ zipkin, stdout: named('s') })
    assert.deepEqual(take(), ['stdout made', 'stdout replace s'])
  })

  test('hands the queue of an exporter on to the one that takes its place', () => {
    const { pipeline, named, take } = open()
    pipeline.apply({ zipkin: named('old') })
    pipeline.apply({ zipkin: named('new') })
    assert.deepEqual(take(), ['zipkin made', 'zipkin replace old', 'zipkin replace new'])
  })

  test('gives a removed exporter no more spans, and uses its queue again when it returns', () => {
    const { pipeline, named, take } = open()
    pipeline.apply({ zipkin: named('z') })
    pipeline.apply({})
    pipeline.add(spanNamed('a'))
    pipeline.apply({ zipkin: named('y') })
    pipeline.add(spanNamed('b'))
    assert.deepEqual(take(), [
      'zipkin made',
      'zipkin replace z',
      'zipkin replace nothing',
      'zipkin replace y',
      'zipkin add b',
    ])
  })

  test('shuts every queue down, also that of an exporter that was removed', async () => {
    const { pipeline, named, take } = open()
    pipeline.apply({ zipkin: named('z'), stdout: named('s') })
    pipeline.apply({ stdout: named('t') })
    take()
    await pipeline.shutdown(7)
    assert.deepEqual(take(), ['zipkin shutdown 7', 'stdout shutdown 7'])
  })
})
