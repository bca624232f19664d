import assert from 'node:assert/strict'
import { parsePromql } from '../../../../src/backend/promql/parse.ts'
import { instant, parsed, refusal } from './query.ts'

describe('parsePromql', () => {
  test('names what is wrong and where [prometheus: promql/parser]', async () => {
    const cases: Readonly<Record<string, string>> = {
      '': '1:1: parse error: unexpected end of input',
      'sum(a': '1:6: parse error: unexpected end of input',
      'a b': '1:3: parse error: unexpected "b"',
      'a +\n  )': '2:3: parse error: unexpected ")"',
      nosuch: 'accepted',
      'nosuch(a)': '1:1: parse error: unknown function with name "nosuch"',
      'sum(rates(a[1m]))':
        '1:5: parse error: unknown function with name "rates"; did you mean rate?',
      'a[5m:1m]': '1:1: parse error: subqueries are not supported here',
      '1 + predict_linear(a[5m], 60)':
        '1:5: parse error: the function predict_linear() is not supported here',
      'histogram_count(a)':
        '1:1: parse error: the function histogram_count() is not supported here',
      'count_values("v", a)':
        '1:1: parse error: the aggregation count_values is not supported here',
      'a[5m] smoothed': '1:1: parse error: the modifier smoothed is not supported here',
      'a + fill(1) b': '1:5: parse error: the modifier fill is not supported here',
      'a[2*5m]':
        '1:3: parse error: a duration such as 5m is needed; expressions of durations are not supported here',
      'a[0s]': '1:3: parse error: duration must be greater than 0',
      'rate(a)':
        '1:6: parse error: expected type range vector in call to function "rate", got instant vector',
      'abs(a[5m])':
        '1:5: parse error: expected type instant vector in call to function "abs", got range vector',
      'sum(1)':
        '1:5: parse error: expected type instant vector in aggregation expression, got scalar',
      'rate(a[5m], 1)': '1:1: parse error: expected 1 argument(s) in call to "rate", got 2',
      'clamp(a, 1)': '1:1: parse error: expected 3 argument(s) in call to "clamp", got 2',
      'topk(a)':
        '1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1',
      '1 == 1': '1:1: parse error: comparisons between scalars must use BOOL modifier',
      'a + bool b': '1:1: parse error: bool modifier can only be used on comparison operators',
      '1 and a':
        '1:1: parse error: expected type instant vector in the set operator and, got scalar',
      'a + on(x) 1': '1:5: parse error: vector matching only allowed between instant vectors',
      'a and on(x) group_left b': '1:1: parse error: no grouping allowed for "and" operation',
      'a / on(x) group_left(x) b':
        '1:5: parse error: label "x" must not occur in ON and GROUP clause at once',
      '(a)[5m]': '1:1: parse error: ranges only allowed for vector selectors',
      '(a) offset 5m':
        '1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector',
      'a offset 5m offset 5m': '1:1: parse error: offset may not be set multiple times',
      'a{__name__="b"}': '1:1: parse error: metric name must not be set twice: "a" or "b"',
      '{}': '1:1: parse error: vector selector must contain at least one non-empty matcher',
      '1 + {a=~".*"}':
        '1:5: parse error: vector selector must contain at least one non-empty matcher',
      '"a': '1:1: parse error: a string that does not end, or has an unknown escape',
      '"\\q"': '1:1: parse error: a string that does not end, or has an unknown escape',
      [`${'('.repeat(1_000)}a${')'.repeat(1_000)}`]: 'the query is nested too deep',
      [`a${' '.repeat(20_000)}`]: 'a query has at most 16384 characters',
    }
    for (const [expression, words] of Object.entries(cases))
      assert.equal(await refusal(expression), words, expression)
    assert.match(await refusal('a{b=~"("}'), /^parse error: not a regular expression of RE2/)
  })

  test('reads numbers as Go does, and durations as seconds [prometheus: parser.parseNumber]', async () => {
    const cases: Readonly<Record<string, number>> = {
      '1': 1,
      '.5': 0.5,
      '1e3': 1_000,
      '0x1F': 31,
      '010': 8,
      '1_000': 1_000,
      Inf: Number.POSITIVE_INFINITY,
      '-inf': Number.NEGATIVE_INFINITY,
      '1m30s': 90,
      '-1 ^ 2': -1,
      '2 * -3 ^ 2': -18,
      '(-1) ^ 2': 1,
      '2 ^ 3 ^ 2': 512,
      '-2 - -3': 1,
      '7 % -4': 3,
      '1 > bool 2': 0,
      '1 ^ NaN': 1,
      '1 # comment': 1,
    }
    for (const [expression, value] of Object.entries(cases))
      assert.equal(await instant(expression), value, expression)
    assert.ok(Number.isNaN(await instant('NaN')))
  })

  test('groups operators, signs and modifiers as Prometheus does', async () => {
    const same: Readonly<Record<string, string>> = {
      'a + b offset 1m * c': 'a + ((b offset 1m) * c)',
      '-a offset 1m ^ b @ 5': '-((a offset 1m) ^ (b @ 5))',
      '-a * b': '(-a) * b',
      '2 ^ -a ^ b * c': '(2 ^ (-(a ^ b))) * c',
      'a or b and c unless d or e': '(a or ((b and c) unless d)) or e',
      'a > b + c': 'a > (b + c)',
      'a - b - c': '(a - b) - c',
      'sum(a) / rate(b[5m]) * 2': '(sum(a) / rate(b[5m])) * 2',
    }
    for (const [flat, grouped] of Object.entries(same)) {
      const [one, other] = [await parsed(flat), await parsed(grouped)]
      assert.deepEqual(one.expression, other.expression, flat)
    }
  })

  test('reads strings with Go’s escapes', async () => {
    const cases = {
      '"a\\n\\"\\x41\\101\\u00e4\\U0001F600"': 'a\n"AAä😀',
      "'it\\'s'": "it's",
      '`a\\n`': 'a\\n',
    }
    for (const [expression, value] of Object.entries(cases))
      assert.equal(await instant(expression), value)
  })

  test('reads every modifier of a selector in either order', async () => {
    const selectorOf = async (text: string) => {
      const query = await parsePromql(text)
      assert.ok(query.ok)
      const { matchers: _, ...rest } = query.value.expression as { matchers?: unknown }
      return rest
    }
    const both = { kind: 'selector', offsetMs: -60_000, at: 5_500 }
    assert.deepEqual(await selectorOf('a @ 5.5 offset -1m'), both)
    assert.deepEqual(await selectorOf('a offset -1m @ 5.5'), both)
    assert.deepEqual(await selectorOf('a @ end()'), { kind: 'selector', offsetMs: 0, at: 'end' })
  })
})
