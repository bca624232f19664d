import assert from 'node:assert/strict'
import { accepted, parsed, problemOf, problemsOf, tracing } from './problem-of.ts'

const sampling = (...lines: readonly string[]) =>
  tracing('sampling:', ...lines.map((line) => `  ${line}`))
const read = async (...lines: readonly string[]) =>
  (await accepted(sampling(...lines))).tracing?.sampling
const AT = 'spec.tracing.sampling'

/** Line under `sampling`, then the one problem: path below `sampling`, code, cure. */
const refusals: readonly (readonly [line: string, path: string, code: string, cure: RegExp])[] = [
  ['parent: maybe', 'parent', 'VALUE_UNKNOWN', /follow or raise or ignore/],
  ['rules: {}', 'rules', 'FIELD_INVALID', /a list is needed/],
  ['rules: [{ rate: 1 }]', 'rules.0.name', 'FIELD_INVALID', /a name is needed/],
  ['rules: [{ name: rate }]', 'rules.0.name', 'RULE_NAME_RESERVED', /take another name/],
  ['rules: [{ name: -a }]', 'rules.0.name', 'RULE_NAME_INVALID', /begins with a letter/],
  [`rules: [{ name: ${'a'.repeat(64)} }]`, 'rules.0.name', 'RULE_NAME_INVALID', /63/],
  ['rules: [{ name: a }, { name: a }]', 'rules.1.name', 'RULE_NAME_TWICE', /another rule/],
  ['rules: [{ name: a, rate: 50% }]', 'rules.0.rate', 'RATE_NOT_A_NUMBER', /write "0.5" for 50%/],
  ['rules: [{ name: a, rate: 2 }]', 'rules.0.rate', 'RATE_ABOVE_ONE', /write "1"/],
  ['rules: [{ name: a, perSecond: 0 }]', 'rules.0.perSecond', 'OUT_OF_RANGE', /over 0/],
  ['rules: [{ name: a, perSecond: -1 }]', 'rules.0.perSecond', 'OUT_OF_RANGE', /over 0/],
  ['rules: [{ name: a, perSecond: .nan }]', 'rules.0.perSecond', 'FIELD_INVALID', /over 0/],
  ['rules: [{ name: a, perSecond: 1e9 }]', 'rules.0.perSecond', 'OUT_OF_RANGE', /at most 100000/],
  ['rules: [{ name: a, perSecond: many }]', 'rules.0.perSecond', 'NUMBER_INVALID', /a number/],
  ['rules: [{ name: a, match: [x] }]', 'rules.0.match', 'FIELD_INVALID', /fields are needed/],
  ['rules: [{ name: a, match: { path: "" } }]', 'rules.0.match.path', 'FIELD_INVALID', /leave the/],
  ['rules: [{ name: a, match: { path: 1 } }]', 'rules.0.match.path', 'FIELD_INVALID', /a text/],
  [
    'rules: [{ name: a, match: { header: "x y" } }]',
    ...(['rules.0.match.header', 'HEADER_INVALID', /letters/] as const),
  ],
  ['overrides: [{ name: a, rate: 1 }]', 'overrides.0.until', 'FIELD_INVALID', /with its zone/],
  [
    'overrides: [{ name: a, until: 2026-12-01T10:00:00 }]',
    ...(['overrides.0.until', 'TIME_INVALID', /write 2026-12-01T10:00:00Z for UTC/] as const),
  ],
  [
    'overrides: [{ name: a, until: "2026-02-30T10:00:00Z" }]',
    ...(['overrides.0.until', 'TIME_INVALID', /a time with its zone/] as const),
  ],
  ['overrides: [{ name: a, until: soon }]', 'overrides.0.until', 'TIME_INVALID', /2026-12-01T/],
  ['floor: {}', 'floor.perOperationPerMinute', 'FIELD_INVALID', /over 0/],
  [
    'floor: { perOperationPerMinute: 0 }',
    ...(['floor.perOperationPerMinute', 'OUT_OF_RANGE', /over 0/] as const),
  ],
  ['limit: { perSecond: 0 }', 'limit.perSecond', 'OUT_OF_RANGE', /over 0/],
  ['keep: { slowerThan: 500 }', 'keep.slowerThan', 'DURATION_INVALID', /500ms/],
  ['keep: { slowerThan: 0 }', 'keep.slowerThan', 'OUT_OF_RANGE', /1ms/],
  ['keep: { hold: 99ms }', 'keep.hold', 'OUT_OF_RANGE', /from 100ms to 60s/],
  ['keep: { hold: 61s }', 'keep.hold', 'OUT_OF_RANGE', /from 100ms to 60s/],
  ['keep: { errorsFrom: 399 }', 'keep.errorsFrom', 'OUT_OF_RANGE', /from 400 to 599/],
  ['keep: { errorsFrom: 500.5 }', 'keep.errorsFrom', 'NUMBER_INVALID', /whole number/],
  ['keep: { maxBytes: 16MB! }', 'keep.maxBytes', 'SIZE_INVALID', /16Mi/],
  ['keep: { maxBytes: 1Ki }', 'keep.maxBytes', 'OUT_OF_RANGE', /from 64Ki/],
  ['keep: { errors: 1 }', 'keep.errors', 'FIELD_INVALID', /true or false/],
  ['force: { perMinute: 0 }', 'force.perMinute', 'OUT_OF_RANGE', /over 0/],
  ['force: { header: "" }', 'force.header', 'HEADER_RESERVED', /begin with x-/],
]

describe('spec.tracing.sampling', () => {
  for (const [line, path, code, cure] of refusals)
    test(`refuses ${line.slice(0, 60)} [design 4]`, async () => {
      const problem = await problemOf(sampling(line))
      assert.deepEqual([problem.path, problem.code, problem.line], [`${AT}.${path}`, code, 5])
      assert.match(problem.message, cure)
    })

  test('reads everything there is [design 4]', async () => {
    const block = await read(
      'parent: Raise',
      'overrides:',
      '  - { name: debug, match: { target: orders }, rate: "1", until: 2026-12-01T11:00:00+01:00 }',
      'rules:',
      '  - { name: health, match: { path: "/healthz*" }, rate: "0" }',
      '  - { name: c, match: { api: invoke, method: POST, header: X-Debug }, perSecond: "50" }',
      'floor: { perOperationPerMinute: 0.5 }',
      'limit: { perSecond: 200 }',
      'keep: { errors: false, errorsFrom: 400, slowerThan: 500ms, perSecond: 2, hold: 1s, maxBytes: 1Mi }',
      'force: { header: X-Trace, perMinute: 6 }',
    )
    assert.deepEqual(block, {
      parent: 'raise',
      overrides: [
        {
          name: 'debug',
          match: { target: 'orders' },
          rate: 1,
          perSecond: undefined,
          untilMs: Date.UTC(2026, 11, 1, 10),
        },
      ],
      rules: [
        { name: 'health', match: { path: '/healthz*' }, rate: 0, perSecond: undefined },
        {
          name: 'c',
          match: { api: 'invoke', method: 'POST', header: 'x-debug' },
          rate: undefined,
          perSecond: 50,
        },
      ],
      floor: { perOperationPerMinute: 0.5 },
      limit: { perSecond: 200 },
      keep: {
        errors: false,
        errorsFrom: 400,
        slowerThanMs: 500,
        perSecond: 2,
        holdMs: 1_000,
        maxBytes: 1_048_576,
      },
      force: { header: 'x-trace', perMinute: 6 },
    })
  })

  test('gives keep and force their defaults when they are there and empty', async () => {
    const block = await read('keep: {}', 'force: {}')
    assert.deepEqual(block?.keep, {
      errors: true,
      errorsFrom: 500,
      slowerThanMs: undefined,
      perSecond: 20,
      holdMs: 5_000,
      maxBytes: 16_777_216,
    })
    assert.deepEqual(block?.force, { header: 'x-sidelight-trace', perMinute: 60 })
  })

  test('takes 100 rules and refuses one more', async () => {
    const rules = (n: number) =>
      `rules: [${Array.from({ length: n }, (_, i) => `{ name: r${i} }`)}]`
    assert.equal((await read(rules(100)))?.rules.length, 100)
    assert.match((await problemOf(sampling(rules(101)))).message, /at most 100/)
  })

  test('keeps an override that has ended, and warns of it', async () => {
    const text = sampling('overrides: [{ name: a, until: 2026-01-01T00:00:00Z }]')
    const at = Date.UTC(2026, 0, 1)
    assert.deepEqual((await parsed(text, { nowMs: at - 1 })).warnings, [])
    const { configuration, warnings } = await parsed(text, { nowMs: at })
    assert.equal(configuration.tracing?.sampling?.overrides.length, 1)
    assert.deepEqual(
      warnings.map(({ code, line, severity }) => [code, line, severity]),
      [['OVERRIDE_ENDED', 5, 'warning']],
    )
  })

  test('warns of rules behind one that matches everything', async () => {
    const { warnings } = await parsed(
      sampling(
        'rules:',
        '  - { name: a, match: { header: x } }',
        '  - { name: b, match: {} }',
        '  - { name: c, match: { path: /x } }',
        '  - { name: d }',
      ),
    )
    assert.deepEqual(
      warnings.map(({ code, path, line }) => [code, path, line]),
      [
        ['RULE_UNREACHABLE', `${AT}.rules.2`, 8],
        ['RULE_UNREACHABLE', `${AT}.rules.3`, 9],
      ],
    )
    assert.match(warnings[0]?.message ?? '', /the rule b before it/)
    assert.deepEqual((await parsed(sampling('rules: [{ name: a }]'))).warnings, [])
  })

  test('warns of unknown fields of rules and matches', async () => {
    const { warnings } = await parsed(
      sampling(
        'rules:',
        '  - { name: a, ratio: 1, match: { api: invoke } }',
        '  - { name: b, match: { pth: x } }',
      ),
    )
    assert.deepEqual(
      warnings.map(({ path, line, message }) => [path, line, /mean (\w+)/.exec(message)?.[1]]),
      [
        [`${AT}.rules.0.ratio`, 6, 'rate'],
        [`${AT}.rules.1.match.pth`, 7, 'path'],
      ],
    )
  })

  test('says of every rule what is wrong with it, also of equal names', async () => {
    const problems = await problemsOf(
      sampling('rules:', '  - { name: a, rate: x }', '  - { name: a, perSecond: x }'),
    )
    assert.deepEqual(problems.map(({ code }) => code).sort(), [
      'NUMBER_INVALID',
      'RATE_NOT_A_NUMBER',
      'RULE_NAME_TWICE',
    ])
  })
})
