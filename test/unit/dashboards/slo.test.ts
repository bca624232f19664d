import assert from 'node:assert/strict'
import { formatProblem } from '../../../src/base/problem.ts'
import { DEFAULT_SLOS, parseSlos, recordingRules } from '../../../src/dashboards/index.ts'

const read = (text: string) => parseSlos(text, 'slo.yaml')

describe('the file of objectives', () => {
  test('has two that nobody has to write', () => {
    const slos = read(DEFAULT_SLOS)
    assert.deepEqual(slos, {
      ok: true,
      value: [
        { name: 'availability', apps: '.*', objective: 0.999, withinMs: undefined },
        { name: 'latency', apps: '.*', objective: 0.99, withinMs: 300 },
      ],
    })
  })

  test('makes rules of the apps that it names, and nothing else of what they are called', () => {
    const slos = read('slos: [{ name: a, objective: 99, apps: "x\\\\d\\"y" }]')
    assert.ok(slos.ok)
    const rule = recordingRules(slos.value).groups[0]?.rules[0] as { expr: string } | undefined
    assert.ok(rule?.expr.includes('app_id=~"x\\\\d\\"y"'), rule?.expr)
  })

  for (const [what, text, path, message] of [
    ['no YAML', 'slos: [', '', /no YAML/],
    ['no list', 'slos: 7', 'slos', /a list is needed/],
    ['nothing', '{}', 'slos', /a list is needed/],
    ['an empty list', 'slos: []', 'slos', /no objective/],
    [
      'a percentage that nobody keeps',
      'slos: [{ name: a, objective: 100 }]',
      'slos[0].objective',
      /nobody keeps 100/,
    ],
    [
      'a share instead of a percentage',
      'slos: [{ name: a, objective: 0.99 }]',
      'slos[0].objective',
      /between 50 and 100/,
    ],
    [
      'a text for a number',
      'slos: [{ name: a, objective: high }]',
      'slos[0].objective',
      /99\.9 is needed/,
    ],
    [
      'a bound that the histogram has not',
      'slos: [{ name: a, objective: 99, withinMs: 299 }]',
      'slos[0].withinMs',
      /bound of the latency histogram: 1, 2/,
    ],
    [
      'a name that is no label',
      'slos: [{ name: "A b", objective: 99 }]',
      'slos[0].name',
      /small letters/,
    ],
    [
      'a pattern that is none',
      'slos: [{ name: a, objective: 99, apps: "(" }]',
      'slos[0].apps',
      /not a regular expression/,
    ],
    [
      'a field that is misspelt',
      'slos: [{ name: a, objektive: 99, objective: 99 }]',
      'slos[0].objektive',
      /unknown field; did you mean objective\?/,
    ],
    [
      'one name twice',
      'slos: [{ name: a, objective: 99 }, { name: a, objective: 98 }]',
      'slos[1].name',
      /a is the name of an earlier one/,
    ],
  ] as const)
    test(`refuses ${what}`, () => {
      const slos = read(text)
      assert.ok(!slos.ok)
      const [problem] = slos.error
      assert.equal(problem?.path, path)
      assert.equal(problem?.file, 'slo.yaml')
      assert.match(problem?.message ?? '', message)
    })

  test('names the line, and what stands in its place is not there', () => {
    const text = ['slos:', '  - name: a', '    objective: 99', '  - name: b', '    objectif: 99']
    const slos = read(text.join('\n'))
    assert.ok(!slos.ok)
    assert.deepEqual(slos.error.map(formatProblem), [
      'slo.yaml:4 slos[1].objective: a percentage such as 99.9 is needed [SLO_INVALID]',
      'slo.yaml:5 slos[1].objectif: unknown field; did you mean objective? [SLO_INVALID]',
    ])
  })
})
