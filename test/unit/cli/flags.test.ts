import assert from 'node:assert/strict'
import { describeFlags, type Flag, parseFlags } from '../../../src/cli/flags.ts'

const flags = [
  { name: 'app-id', short: 'a', type: 'string', doc: 'name of the app' },
  { name: 'app-port', short: 'p', type: 'int', doc: 'port of the app' },
  { name: 'port', type: 'int', default: '3500', doc: 'port of the API' },
  { name: 'config', type: 'list', doc: 'Configuration file' },
  { name: 'enable-metrics', type: 'bool', default: 'true', doc: 'whether there are metrics' },
  { name: 'quiet', type: 'bool', default: 'false', doc: 'say less' },
  { name: 'wait', type: 'durationMs', default: '0', doc: 'how long to wait' },
  { name: 'max-body-size', type: 'bytes', default: '4Mi', doc: 'largest body' },
  { name: 'origins', type: 'string', default: '', doc: 'who may call' },
  { name: 'later', type: 'string', doc: 'a part to come', noEffect: 'parts' },
  { name: 'old', type: 'string', doc: 'use something else', deprecated: true },
] as const satisfies readonly Flag[]

const accepted = (...argv: readonly string[]) => {
  const result = parseFlags(flags, argv)
  assert.ok(result.ok, JSON.stringify(result))
  return result.value
}
const refused = (...argv: readonly string[]) => {
  const result = parseFlags(flags, argv)
  assert.ok(!result.ok, JSON.stringify(result))
  return result.error
}

describe('parseFlags', () => {
  test('gives defaults for what was not given, nothing where there is none', () => {
    const { values, given, positional, rest } = accepted()
    assert.deepEqual(
      [values['app-id'], values.port, values.config, values['enable-metrics'], values.wait],
      [undefined, 3500, [], true, 0],
    )
    assert.equal(values['max-body-size'], 4 * 1024 * 1024)
    assert.deepEqual([[...given], positional, rest], [[], [], []])
  })

  for (const argv of [
    ['--app-id', 'orders'],
    ['--app-id=orders'],
    ['-app-id', 'orders'],
    ['-app-id=orders'],
    ['-a', 'orders'],
    ['-a=orders'],
    ['--a', 'orders'],
  ])
    test(`reads ${argv.join(' ')} [go: flag]`, () => {
      const { values, given } = accepted(...argv)
      assert.equal(values['app-id'], 'orders')
      assert.deepEqual([...given], ['app-id'])
    })

  test('keeps everything after the first =, newlines and emptiness included', () => {
    assert.equal(accepted('--app-id=a=b=c').values['app-id'], 'a=b=c')
    assert.equal(accepted('--app-id=a\nb').values['app-id'], 'a\nb')
    assert.equal(accepted('--app-id=').values['app-id'], '')
  })

  test('takes a value that looks like a flag', () => {
    assert.equal(accepted('--app-id', '-x').values['app-id'], '-x')
    assert.equal(accepted('--app-port', '-1').values['app-port'], -1)
  })

  test('lets the last one win, and collects lists in order', () => {
    assert.equal(accepted('--port', '1', '-port=2').values.port, 2)
    assert.deepEqual(accepted('--config', 'a', '--config=b').values.config, ['a', 'b'])
  })

  test('reads booleans alone and with a value, and takes no next word for one', () => {
    assert.equal(accepted('--quiet').values.quiet, true)
    for (const no of ['false', 'FALSE', 'f', '0'])
      assert.equal(accepted(`--enable-metrics=${no}`).values['enable-metrics'], false)
    const { values, positional } = accepted('--quiet', 'false')
    assert.deepEqual([values.quiet, positional], [true, ['false']])
  })

  test('reads durations and sizes in their units', () => {
    const { values } = accepted('--wait', '1m30s', '--max-body-size', '64Ki')
    assert.deepEqual([values.wait, values['max-body-size']], [90_000, 65_536])
  })

  test('leaves what is behind -- alone', () => {
    const { positional, rest, values } = accepted(
      'one',
      '--quiet',
      'two',
      '--',
      '--port',
      '--',
      'x',
    )
    assert.deepEqual(
      [positional, rest],
      [
        ['one', 'two'],
        ['--port', '--', 'x'],
      ],
    )
    assert.equal(values.port, 3500)
    assert.deepEqual(accepted('--').rest, [])
  })

  test('takes -, numbers and other words for no flags', () =>
    assert.deepEqual(accepted('-', '-1', '---', 'a=b').positional, ['-', '-1', '---', 'a=b']))

  for (const [argv, path, code, seen] of [
    [['--port', 'x'], '--port', 'FLAG_INVALID', 'x'],
    [['--port='], '--port', 'FLAG_INVALID', ''],
    [['--port', '1.5'], '--port', 'FLAG_INVALID', '1.5'],
    [['--port', '1e3'], '--port', 'FLAG_INVALID', '1e3'],
    [['--quiet=maybe'], '--quiet', 'FLAG_INVALID', 'maybe'],
    [['--quiet=constructor'], '--quiet', 'FLAG_INVALID', 'constructor'],
    [['--wait', '5'], '--wait', 'FLAG_INVALID', '5'],
    [['--wait', '-5s'], '--wait', 'FLAG_INVALID', '-5s'],
    [['--max-body-size', 'much'], '--max-body-size', 'FLAG_INVALID', 'much'],
    [['--app-id'], '--app-id', 'FLAG_WITHOUT_VALUE', undefined],
    [['-p'], '--app-port', 'FLAG_WITHOUT_VALUE', undefined],
  ] as const)
    test(`refuses ${argv.join(' ')}`, () => {
      const [problem, ...more] = refused(...argv)
      assert.deepEqual(more, [])
      assert.deepEqual([problem?.path, problem?.code, problem?.seen], [path, code, seen])
    })

  test('names the nearest flag for an unknown one', () => {
    assert.match(refused('--app-prot', '1')[0]?.message ?? '', /did you mean --app-port\?/)
    assert.match(refused('--quite')[0]?.message ?? '', /did you mean --quiet\?/)
    assert.match(refused('--zzzzzzzzzzzz')[0]?.message ?? '', /--help lists them/)
    for (const name of ['constructor', 'toString', '__proto__'])
      assert.equal(refused(`--${name.replaceAll('_', 'x')}`)[0]?.code, 'FLAG_UNKNOWN')
  })

  test('tells all mistakes at once', () => {
    assert.deepEqual(
      refused('--nope', '--port=x', '--wait=y', '--app-id').map(({ path }) => path),
      ['--nope', '--app-id', '--port', '--wait'],
    )
  })
})

describe('describeFlags', () => {
  test('aligns one line a flag, with short names, value names and defaults', () => {
    assert.equal(
      describeFlags(flags),
      [
        '  -a, --app-id TEXT       name of the app',
        '  -p, --app-port N        port of the app',
        '      --port N            port of the API (default 3500)',
        '      --config TEXT…      Configuration file',
        '      --enable-metrics    whether there are metrics (default true)',
        '      --quiet             say less (default false)',
        '      --wait DURATION     how long to wait (default 0)',
        '      --max-body-size SIZE  largest body (default 4Mi)',
        '      --origins TEXT      who may call (default "")',
      ]
        .map((line) => {
          const [, left = '', right = ''] = /^(.{6}\S+(?: [A-Z…]+)?) +(.*)$/.exec(line) ?? []
          return `${left.padEnd(28)}${right}`
        })
        .join('\n'),
    )
  })

  test('leaves out what is deprecated and what is not built', () => {
    assert.doesNotMatch(describeFlags(flags), /--old|--later/)
  })
})
