import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { parse, stringify } from 'yaml'
import type { Result } from '../../../src/base/result.ts'
import {
  editOverrides,
  type OverrideEdit,
  parseConfiguration,
} from '../../../src/resources/index.ts'

const UNTIL_MS = Date.parse('2026-12-01T10:00:00Z')
const CHECKOUT: OverrideEdit = {
  name: 'tune-checkout',
  match: { target: 'checkout', path: '/orders/*' },
  rate: 1,
  untilMs: UNTIL_MS,
}
const LINE =
  '- { name: tune-checkout, match: { target: "checkout", path: "/orders/*" }, rate: "1", until: 2026-12-01T10:00:00Z }'

const never = () => false
const put = (text: string, ...edits: readonly OverrideEdit[]) =>
  editOverrides(text, 'config.yaml', { put: edits.length === 0 ? [CHECKOUT] : edits, drop: never })
const drop = (text: string, ...names: readonly string[]) =>
  editOverrides(text, 'config.yaml', { put: [], drop: (name) => names.includes(name) })

function good<T>(result: Result<T, unknown>): T {
  assert.ok(result.ok, JSON.stringify(result))
  return result.value
}
const codesOf = (result: ReturnType<typeof put>): string[] =>
  result.ok ? [] : result.error.map(({ code }) => code)

const configuration = (...lines: readonly string[]): string =>
  ['kind: Configuration', 'spec:', '  tracing:', ...lines.map((line) => `    ${line}`), ''].join(
    '\n',
  )

describe('editOverrides', () => {
  test('adds a line to the overrides and touches no other', () => {
    const text = configuration(
      'samplingRate: "0.01"   # few',
      'sampling:',
      '  # Loud ones.',
      '  overrides:   ',
      '    - {name: mine, until: 2026-11-01T10:00:00Z}  # keep',
      '  rules: [ {name: a,   rate: "1"},]',
    )
    const edited = good(put(text))
    const lines = text.split('\n')
    assert.deepEqual(edited.text.split('\n'), [
      ...lines.slice(0, 7),
      `        ${LINE}`,
      ...lines.slice(7),
    ])
    assert.deepEqual([edited.added, edited.replaced, edited.dropped], [[], [], []])
    assert.equal(good(drop(edited.text, 'tune-checkout')).text, text)
  })

  test('replaces one of the same name where it stands, with its comment, and drops what it is told to', () => {
    const text = configuration(
      'sampling:',
      '  overrides:',
      '    - { name: tune-old, rate: "1", until: 2020-01-01T00:00:00Z }',
      '    # why',
      '    - name: tune-checkout',
      '      rate: "0.5"',
      '      until: 2026-11-01T10:00:00Z',
      '    - { name: theirs, rate: "1", until: 2020-01-01T00:00:00Z }',
    )
    const edited = good(
      editOverrides(text, 'config.yaml', {
        put: [CHECKOUT],
        drop: (name, untilMs) => name.startsWith('tune-') && untilMs < UNTIL_MS,
      }),
    )
    assert.deepEqual([edited.replaced, edited.dropped], [['tune-checkout'], ['tune-old']])
    assert.deepEqual(edited.text.split('\n').slice(5), [
      '        # why',
      `        ${LINE}`,
      '        - { name: theirs, rate: "1", until: 2020-01-01T00:00:00Z }',
      '',
    ])
  })

  test('adds what is missing around them, says so, and takes it away again', () => {
    const plain = configuration('samplingRate: "1"')
    const withBlock = good(put(plain))
    assert.deepEqual(withBlock.added, ['sampling'])
    assert.match(withBlock.text, / {4}# added by sidelight tune\n {4}sampling:\n {6}overrides:\n/)
    const bare = 'kind: Configuration\nspec: {}\n'
    const withAll = good(put(bare))
    assert.deepEqual(withAll.added, ['tracing', 'sampling'])
    const back = good(drop(withAll.text, 'tune-checkout'))
    assert.deepEqual([parse(back.text), back.isBlockRemoved], [parse(bare), true])
    assert.equal(good(drop(withBlock.text, 'tune-checkout')).text, plain)
    // A block that someone wrote stays: it means more than its overrides.
    const own = configuration('sampling: {}')
    const edited = good(drop(good(put(own)).text, 'tune-checkout'))
    assert.deepEqual([parse(edited.text), edited.isBlockRemoved], [parse(own), false])
  })

  test('writes to the Configuration that decides, of several documents', () => {
    const text = [
      'kind: Pod',
      '---',
      'kind: Configuration',
      'spec: { tracing: { samplingRate: "1" } }',
      '---',
      'kind: Configuration',
      'spec: { metric: { enabled: true } }',
      '',
    ].join('\n')
    const edited = good(put(text))
    const [pod, first, second] = edited.text.split('---\n')
    assert.match(String(first), /tune-checkout/)
    assert.equal(pod, 'kind: Pod\n')
    assert.equal(second, 'kind: Configuration\nspec: { metric: { enabled: true } }\n')
  })

  test('keeps line ends, byte order mark and JSON', () => {
    const text = `\ufeff${configuration('samplingRate: "1"').replaceAll('\n', '\r\n')}`
    const edited = good(put(text))
    assert.equal(edited.text[0], '\ufeff')
    assert.doesNotMatch(edited.text, /[^\r]\n/)
    const json = '{"kind":"Configuration","spec":{"tracing":{"samplingRate":"1"}}}'
    assert.equal(
      parse(good(put(json)).text).spec.tracing.sampling.overrides[0].name,
      'tune-checkout',
    )
  })

  test('refuses what is no YAML, no Configuration, or belongs to an alias', () => {
    assert.deepEqual(codesOf(put('a: [')), ['YAML_INVALID'])
    assert.deepEqual(codesOf(put('')), ['NO_CONFIGURATION'])
    assert.deepEqual(codesOf(put('kind: Pod')), ['NO_CONFIGURATION'])
    const shared =
      'x: &x { overrides: [] }\nkind: Configuration\nspec: { tracing: { sampling: *x } }'
    assert.deepEqual(codesOf(put(shared)), ['EDIT_ALIAS'])
    const merged = 'x: &x { sampling: {} }\nkind: Configuration\nspec: { tracing: { <<: *x } }'
    assert.deepEqual(codesOf(put(merged)), ['EDIT_ALIAS'])
    const anchor = configuration(
      'sampling:',
      '  overrides: [ { name: tune-a, match: &m { api: invoke }, until: 2026-11-01T10:00:00Z } ]',
      '  rules: [ { name: b, match: *m } ]',
    )
    assert.deepEqual(codesOf(drop(anchor, 'tune-a')), ['EDIT_ALIAS'])
  })

  test('makes a valid file of every sample, and gives it back as it was', async () => {
    const samples = fileURLToPath(new URL('../../../configurations', import.meta.url))
    for (const name of readdirSync(samples).filter((each) => each.endsWith('.yaml'))) {
      const text = readFileSync(`${samples}/${name}`, 'utf8')
      if (!/^kind: Configuration$/m.test(text)) continue
      const edited = good(put(text))
      const parsed = await parseConfiguration([{ file: name, text: edited.text }], {
        env: {},
        foreignEnvironment: true,
        ignoreReferences: true,
      })
      const { configuration: read } = good(parsed)
      assert.deepEqual(read.tracing?.sampling?.overrides[0], {
        name: 'tune-checkout',
        match: CHECKOUT.match,
        rate: 1,
        perSecond: undefined,
        untilMs: UNTIL_MS,
      })
      assert.equal(good(drop(edited.text, 'tune-checkout')).text, text, name)
    }
  })

  test('changes nothing but the overrides, however the file is written', () => {
    const text = fc.string({ maxLength: 12 })
    const rule = fc.record({ name: text, rate: fc.oneof(text, fc.double(), fc.boolean()) })
    const sampling = fc.record(
      {
        overrides: fc.array(rule, { maxLength: 3 }),
        rules: fc.array(rule, { maxLength: 2 }),
        parent: text,
      },
      { requiredKeys: [] },
    )
    const spec = fc.record(
      {
        // `<<` merges another map in: a text behind it is no YAML.
        metric: fc.dictionary(
          text.filter((key) => key !== '<<'),
          fc.oneof(text, fc.integer(), fc.array(text)),
        ),
        tracing: fc.record({ stdout: fc.boolean(), sampling, note: text }, { requiredKeys: [] }),
        tail: text,
      },
      { requiredKeys: [] },
    )
    const style = fc.record({
      indent: fc.constantFrom(2, 4),
      indentSeq: fc.boolean(),
      collectionStyle: fc.constantFrom('any' as const, 'flow' as const),
      lineWidth: fc.constantFrom(0, 20, 80),
    })
    fc.assert(
      fc.property(spec, style, (value, options) => {
        const before = { kind: 'Configuration', spec: value, x: 1 }
        const edited = good(put(stringify(before, options)))
        const after = parse(edited.text)
        const { overrides, ...block } = after.spec.tracing.sampling
        const { overrides: old = [], ...oldBlock } = value.tracing?.sampling ?? {}
        assert.deepEqual(overrides.slice(1), plain(old))
        assert.equal(overrides[0].name, 'tune-checkout')
        assert.deepEqual(block, plain(oldBlock))
        delete after.spec.tracing.sampling
        const { sampling: _, ...tracing } = value.tracing ?? {}
        assert.deepEqual(after, plain({ ...before, spec: { ...value, tracing } }))
        // Once more changes nothing.
        assert.equal(good(put(edited.text)).text, edited.text)
      }),
      { numRuns: 300 },
    )
  })
})

/** As YAML gives it back. */
const plain = (value: unknown): unknown => parse(stringify(value))
