import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { CLI } from '../support/spawn-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

function validate(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [CLI, 'config', 'validate', ...args],
    { encoding: 'utf8', input, timeout: 20_000, env: { PATH: process.env.PATH } },
  )
  return { status, lines: stdout.trimEnd().split('\n'), stderr }
}

const configuration = (...lines: readonly string[]): string =>
  `apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata: { name: a }\nspec:\n  tracing:\n${lines.map((line) => `    ${line}\n`).join('')}`

const component = (name: string, type: string, metadata: readonly string[] = []): string =>
  `apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: ${name} }\nspec:\n  type: ${type}\n  metadata:\n${metadata.map((item) => `  - ${item}\n`).join('')}`

describe('sidelight config validate', function () {
  this.timeout(30_000)

  test('prints every problem of a directory with its place and cure, and exits 1', async () => {
    await using directory = await temporaryDirectory()
    await mkdir(directory.file('deep'))
    await mkdir(directory.file('.git'))
    const bad = configuration('samplingRate: 50%', 'stdaut: true', 'sampling: { limit: {} }')
    await writeFile(directory.file('deep', 'b.yml'), bad)
    await writeFile(directory.file('a.yaml'), `kind: Pod\n---\n${configuration('stdout: true')}`)
    await writeFile(directory.file('.git', 'c.yaml'), bad)
    await writeFile(directory.file('notes.txt'), bad)
    await symlink('a.yaml', directory.file('c.yaml'))
    const { status, lines } = validate([directory.path])
    const file = directory.file('deep', 'b.yml')
    assert.deepEqual(lines, [
      `error: ${file}:6 spec.tracing.samplingRate: a sampling rate is a number from "0" to "1"; write "0.5" for 50% (seen "50%") [RATE_NOT_A_NUMBER]`,
      `warning: ${file}:7 spec.tracing.stdaut: unknown field: it has no effect; did you mean stdout? [FIELD_UNKNOWN]`,
      `error: ${file}:8 spec.tracing.sampling.limit.perSecond: a number over 0, at most 1000000, is needed [FIELD_INVALID]`,
      '3 Configurations in 3 files: 2 errors, 1 warning; skipped 2 Pod',
    ])
    assert.equal(status, 1)
  })

  test('is content with a good file, and looks up no secret', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.file('a.yaml')
    const headers = 'headers: [{ name: a, secretKeyRef: { name: s } }, { name: b, envRef: NOBODY }]'
    await writeFile(
      file,
      configuration(`otel: { endpointAddress: "a:1", protocol: grpc, ${headers} }`),
    )
    const { status, lines, stderr } = validate([file])
    assert.deepEqual([status, lines, stderr], [0, ['1 Configuration in 1 file: valid'], ''])
  })

  test('checks an HTTPEndpoint, and says that nothing acts on it yet', () => {
    const text =
      'apiVersion: dapr.io/v1alpha1\nkind: HTTPEndpoint\nmetadata: { name: a }\nspec: { baseUrl: "ftp://me:s3cret@x" }'
    const { status, lines } = validate(['-'], text)
    assert.equal(status, 1)
    assert.match(lines[0] ?? '', /^warning: .*KIND_NOT_BUILT/)
    assert.match(lines[1] ?? '', /:4 spec\.baseUrl: a complete URL .*\(seen "ftp:\/\/\*\*\*@x"\)/)
    assert.equal(lines[2], '1 HTTPEndpoint in 1 file: 1 error, 1 warning')
  })

  test('prints one JSON object for programs', async () => {
    const { status, lines } = validate(['--json', '-'], configuration('samplingRate: -1'))
    assert.equal(status, 1)
    const { problems, ...counts } = JSON.parse(lines.join('\n'))
    assert.deepEqual(counts, {
      valid: false,
      files: 1,
      configurations: 1,
      components: 0,
      subscriptions: 0,
      resiliencies: 0,
      httpendpoints: 0,
      skipped: {},
    })
    const [{ file, line, code, path, seen }] = problems
    assert.deepEqual(
      [file, line, code, path, seen],
      ['(standard input)', 6, 'RATE_NEGATIVE', 'spec.tracing.samplingRate', '-1'],
    )
  })

  test('reads as daprd does when asked to', () => {
    const text = configuration('samplingRate: -1', 'stdaut: true')
    const { status, lines } = validate(['--dapr-lenient', '-'], text)
    assert.deepEqual([status, lines], [0, ['1 Configuration in 1 file: valid']])
  })

  test('exits 1 where there is no resource at all', () => {
    const { status, lines } = validate(['-'], 'kind: Pod\n')
    assert.equal(status, 1)
    assert.match(lines[0] ?? '', /\[NO_RESOURCE\]$/)
  })

  test('checks Components, Subscriptions and Resiliencies as a sidecar of their directory does', async () => {
    await using directory = await temporaryDirectory()
    await mkdir(directory.file('other'))
    const twin = component('store', 'state.in-memory')
    await writeFile(directory.file('other', 'a.yaml'), `${twin}---\nkind: component\n`)
    await writeFile(directory.file('a.yaml'), twin)
    await writeFile(
      directory.file('b.yaml'),
      [
        twin,
        component('cache', 'stat.redis'),
        component('db', 'state.sqlite', [
          '{ name: conectionString, value: hunter2 }',
          '{ name: timeoutInSeconds, value: { hunter2: 1 } }',
        ]),
        component('web', 'bindings.http', ['{ name: direction, value: output }']),
        component('own', 'bindings.http', ['{ name: URL, secretKeyRef: { name: web } }']),
        `kind: Subscription\nmetadata: { name: s }\nspec: { pubsubname: p, topic: t }\n`,
        `kind: Resiliency\nmetadata: { name: r }\nspec: { targets: { apps: { a: { retry: x } } } }\n`,
      ].join('---\n'),
    )
    const { status, lines } = validate([directory.path])
    const last = lines.at(-1)
    assert.deepEqual(
      lines.slice(0, -1).map((line) => {
        const [, severity, file, rest, code] =
          /^(\w+): (\S+?):(\d+ \S+): .*\[(\w+)\]$/.exec(line) ?? []
        return `${severity} ${file?.slice(directory.path.length + 1)}:${rest} ${code}`
      }),
      [
        'error b.yaml:3 metadata.name COMPONENT_TWICE',
        'error b.yaml:12 spec.type TYPE_UNKNOWN',
        'error b.yaml:21 spec.metadata SETTING_NEEDED',
        'warning b.yaml:21 spec.metadata.0.name SETTING_UNKNOWN',
        'error b.yaml:22 spec.metadata.1.value SETTING_INVALID',
        'error b.yaml:30 spec.metadata SETTING_NEEDED',
        'error b.yaml:42 spec.routes ROUTE_MISSING',
        'warning b.yaml:46 spec.targets.apps.a.retry POLICY_UNKNOWN',
        'warning other/a.yaml:8 kind KIND_UNKNOWN',
      ],
    )
    assert.equal(
      last,
      '7 Components, 1 Subscription, 1 Resiliency in 3 files: 6 errors, 3 warnings; skipped 1 component',
    )
    assert.ok(!lines.join().includes('hunter2'))
    assert.equal(status, 1)
  })

  test('reads a file that is named twice once', () => {
    const file = 'configurations/blocks/components.yaml'
    const { status, lines } = validate([file, `./${file}`, 'configurations/blocks'])
    assert.deepEqual([status, lines.length], [0, 1], lines.join('\n'))
    assert.match(lines[0] ?? '', /in 3 files: valid$/)
  })

  test('finds nothing wrong with the samples', () => {
    const { status, lines } = validate(['configurations'])
    assert.equal(status, 0)
    assert.match(lines.join('\n'), /^4 Configurations, \d+ Components, .*: valid$/)
  })

  test('finds what has a sidecar refuse the whole directory, and passes over hidden files', async () => {
    await using directory = await temporaryDirectory()
    await writeFile(directory.file('a.yaml'), component('store', 'state.in-memory'))
    await writeFile(directory.file('.b.yaml'), 'a: [1\n')
    assert.equal(validate([directory.path]).status, 0)
    await writeFile(directory.file('b.yaml'), 'a: [1\n')
    const { status, lines } = validate([directory.path])
    assert.equal(status, 1, lines.join('\n'))
    assert.match(lines[0] ?? '', /^error: \S+b\.yaml:\d+ .*not valid YAML.*\[YAML_INVALID\]$/)
  })

  test('names what is no YAML where nothing else was found', () => {
    const first = (text: string) => validate(['-'], text).lines[0] ?? ''
    assert.match(
      first('a: [1\n'),
      /^error: \(standard input\):\d+ .*not valid YAML.*\[YAML_INVALID\]$/,
    )
    assert.match(first('\ta: 1\n'), /\[YAML_INVALID\]$/)
    assert.match(first(''), /it is empty.*\[NO_RESOURCE\]$/)
  })

  test('exits 2 when it is used wrongly', () => {
    for (const args of [[], ['--jsn', 'a.yaml'], ['/nowhere/at/all']]) {
      const { status, lines, stderr } = validate(args)
      assert.deepEqual([status, lines], [2, ['']], args.join(' '))
      assert.match(stderr, /^error: /)
      assert.doesNotMatch(stderr, /^ {4}at /m)
    }
  })
})
