import assert from 'node:assert/strict'
import { compileEventRule } from '../../../src/resources/index.ts'

const EVENT = {
  type: 'order',
  data: { n: 1, half: 0.5, kind: 'new', tags: ['a', 'b'], lines: [{ parts: [1] }] },
}

async function ask(source: string, event: object = EVENT): Promise<boolean | string> {
  const rule = await compileEventRule(source)
  if (!rule.ok) return `not compiled: ${rule.error}`
  const answer = rule.value.matches(event)
  return answer.ok ? answer.value : answer.error
}

describe('compileEventRule [dapr: pkg/runtime/pubsub/routing.go]', () => {
  for (const [source, expected] of [
    ['event.type == "order"', true],
    ['event["type"] == "other"', false],
    // JSON has doubles only; cel-go compares them with whole numbers.
    ['event.data.n == 1', true],
    ['1 == event.data.n', true],
    ['event.data.n != 2 && event.data.n > 0 && event.data.n <= 1', true],
    ['event.data.n in [1, 2]', true],
    ['event.data.half < 1', true],
    ['event.data.n == "1"', false],
    ['has(event.data.kind) && event.data.kind.startsWith("n")', true],
    ['has(event.data.none)', false],
    ['event.type == "order" || event.data.none == 1', true],
    ['size(event.data.tags) == 2 && event.data.tags.exists(t, t == "b")', true],
    ['event.data.lines.exists(l, l.parts.all(p, p == 1))', true],
    ['event.data.tags.map(t, t + "!").filter(t, t == "a!").map(t, size(t)) == [2]', true],
    ['int(event.data.n) + 1 == 2', true],
    ['event.data.kind.matches("^(n+)+$")', false],
    ['true', true],
  ] as const)
    test(`${source} is ${expected}`, async () => {
      assert.equal(await ask(source), expected)
    })

  for (const [source, expected] of [
    ['event.data.none == 1', /field not found/],
    ['event.data.n + 1 == 2', /no matching overload/],
    ['event.type', /yields no true or false/],
    ['event.data.kind.matches("(")', /./],
  ] as const)
    test(`${source} is nothing that anybody can say`, async () => {
      const answer = await ask(source)
      assert.match(String(answer), expected)
      assert.doesNotMatch(String(answer), /not compiled/)
    })

  for (const [source, expected] of [
    ['event.', /not an expression of CEL/],
    ['', /not an expression of CEL/],
    ['type == order', /names order, but there is only event/],
    ['event.type.lower() == "x"', /no function lower/],
    ['x'.repeat(2_001), /at most 2000 characters/],
    [`${'('.repeat(900)}true${')'.repeat(900)}`, /^(not compiled: not an expression|true)/],
    [
      'event.a.exists(a, event.a.exists(b, event.a.exists(c, a == b && b == c)))',
      /lists within lists/,
    ],
  ] as const)
    test(`refuses ${source.slice(0, 60)}`, async () => {
      assert.match(String(await ask(source)), expected)
    })

  test('does not say what a text of the event was', async () => {
    const answer = await ask('event.data.kind + 1 == 2', { data: { kind: 'planted' } })
    assert.doesNotMatch(String(answer), /planted/)
  })
})
