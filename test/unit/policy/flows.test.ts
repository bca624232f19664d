import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compareFlows, learnFlow, readFlowFile, writeFlowFile } from '../../../src/policy/index.ts'
import { readTrace, type Trace } from '../../../src/wire/trace/trace.ts'
import { ZIPKIN_KINDS, type ZipkinSpan } from '../../../src/wire/zipkin-span.ts'

interface Plan {
  readonly service: string
  readonly name: string
  readonly kind: ZipkinSpan['kind']
  readonly failed: boolean
  readonly duration: number
  readonly below: readonly Plan[]
}

const words = fc.oneof(
  fc.constantFrom('orders', 'POST /orders', 'get statestore', '/v1.0/state/store/7', ''),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const planOf = (depth: number): fc.Arbitrary<Plan> =>
  fc.record({
    service: words.map((text) => text || 'unnamed'),
    name: words,
    kind: fc.option(fc.constantFrom(...ZIPKIN_KINDS), { nil: undefined }),
    failed: fc.boolean(),
    duration: fc.integer({ min: 0, max: 10_000_000 }),
    below: depth === 0 ? fc.constant([]) : fc.array(planOf(depth - 1), { maxLength: 3 }),
  })
const plans = fc.array(planOf(4), { minLength: 1, maxLength: 4 })

/** A trace that does what the plan says. */
function run(plan: Plan, trace: number): Trace {
  const traceId = `${trace}`.padStart(32, 'a')
  const spans: ZipkinSpan[] = []
  const add = ({ service, name, kind, failed, duration, below }: Plan, parentId?: string): void => {
    const id = `${spans.length + 1}`.padStart(16, '0')
    spans.push({
      traceId,
      id,
      name,
      timestamp: 1_000_000 + spans.length,
      localEndpoint: { serviceName: service },
      ...(parentId === undefined ? {} : { parentId }),
      ...(kind === undefined ? {} : { kind }),
      ...(duration === 0 ? {} : { duration }),
      ...(failed ? { tags: { error: 'broken' } } : {}),
    })
    for (const each of below) add(each, id)
  }
  add(plan)
  const read = readTrace(spans)
  assert.ok(read)
  return read
}

const differencesOf = (recorded: readonly Plan[], seen: readonly Plan[]) =>
  compareFlows(learnFlow(recorded.map(run), 1), learnFlow(seen.map(run), undefined)).flatMap(
    ({ differences }) => differences,
  )

describe('flows', () => {
  test('are as they were for the same run, whatever it does', () => {
    fc.assert(fc.property(plans, (made) => assert.deepEqual(differencesOf(made, made), [])))
  })

  test('are the same read as written, whatever services call themselves', () => {
    fc.assert(
      fc.property(plans, (made) => {
        const flow = { ...learnFlow(made.map(run), 2), search: {} }
        const text = writeFlowFile(flow)
        const read = readFlowFile(text, 'flow.yaml')
        assert.ok(read.ok, read.ok ? '' : `${JSON.stringify(read.error)}\n${text}`)
        assert.equal(writeFlowFile(read.value), text)
        assert.deepEqual(
          compareFlows(read.value, learnFlow(made.map(run), undefined)).flatMap(
            ({ differences }) => differences,
          ),
          [],
        )
      }),
    )
  })

  const leaf = (service: string, more: Partial<Plan> = {}): Plan => ({
    service,
    name: 'GET /',
    kind: 'SERVER',
    failed: false,
    duration: 100,
    below: [],
    ...more,
  })

  test('differ in a hop that is sometimes missing, and not where that was so', () => {
    const whole = leaf('a', { below: [leaf('b')] })
    const [difference, ...more] = differencesOf([whole, whole], [whole, leaf('a')])
    assert.deepEqual(
      [difference?.kind, difference?.message, more.length],
      ['missing_hop', 'missing in 1 of 2', 0],
    )
    assert.deepEqual(differencesOf([whole, leaf('a')], [leaf('a'), leaf('a')]), [])
  })

  test('name a root that did not run, and one that is new', () => {
    assert.deepEqual(
      differencesOf([leaf('a')], [leaf('b')]).map(({ kind, message }) => [kind, message]),
      [
        ['not_run', 'nothing of the run began with this'],
        ['new_hop', '1 time a trace began with this'],
      ],
    )
  })

  test('compare the slowest but the last five of a hundred with the budget', () => {
    const fast = Array.from({ length: 96 }, () => leaf('a', { duration: 1_000 }))
    const slow = Array.from({ length: 4 }, () => leaf('a', { duration: 9_000_000 }))
    assert.deepEqual(differencesOf(fast, [...fast, ...slow]), [])
    assert.deepEqual(
      differencesOf(fast, [...fast.slice(0, 90), ...slow, ...slow]).map(({ kind }) => kind),
      ['over_budget'],
    )
  })
})
