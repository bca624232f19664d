import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { createSecretFiles } from '../../../src/resources/secret-files.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { accepted, parsed, problemOf, problemsOf, tracing } from './problem-of.ts'

const otel = (...lines: readonly string[]) => tracing('otel:', ...lines.map((line) => `  ${line}`))
const full = (...lines: readonly string[]) =>
  otel('endpointAddress: collector:4317', 'protocol: grpc', ...lines)
const AT = 'spec.tracing.otel'

const refusals: readonly (readonly [line: string, path: string, code: string, cure: RegExp])[] = [
  [
    'endpointAddress: http://collector:4318/v1/traces',
    'endpointAddress',
    'ENDPOINT_NOT_HOST_PORT',
    /write collector:4318 and `isSecure: false`/,
  ],
  [
    'endpointAddress: https://u:p@collector',
    'endpointAddress',
    'ENDPOINT_NOT_HOST_PORT',
    /write collector$/,
  ],
  ['endpointAddress: a:4318/v1', 'endpointAddress', 'ENDPOINT_NOT_HOST_PORT', /without a path/],
  ['endpointAddress: a:99999', 'endpointAddress', 'ENDPOINT_NOT_HOST_PORT', /collector:4317/],
  ['endpointAddress: "a b"', 'endpointAddress', 'ENDPOINT_NOT_HOST_PORT', /collector:4317/],
  ['endpointAddress: a:1', 'protocol', 'FIELD_NEEDED', /http or grpc/],
  ['protocol: http/protobuf', 'protocol', 'VALUE_UNKNOWN', /http or grpc/],
  ['isSecure: "false"', 'isSecure', 'FIELD_INVALID', /without quotes/],
  ['timeout: 10', 'timeout', 'DURATION_INVALID', /10s/],
  ['headers: { a: b }', 'headers', 'FIELD_INVALID', /headers are a list: write `- name=value`/],
  ['headers: [hunter2]', 'headers.0', 'HEADER_INVALID', /name=value/],
  ['headers: ["a b=hunter2"]', 'headers.0.name', 'HEADER_INVALID', /without blanks/],
  ['headers: ["Host=hunter2"]', 'headers.0.name', 'HEADER_INVALID', /leave it out/],
  ['headers: [{ value: hunter2 }]', 'headers.0.name', 'FIELD_INVALID', /name of the header/],
  ['headers: [{ name: a }]', 'headers.0', 'HEADER_INVALID', /exactly one of/],
  [
    'headers: [{ name: a, value: hunter2, envRef: X }]',
    ...(['headers.0', 'HEADER_INVALID', /exactly one of/] as const),
  ],
  [
    'headers: [{ name: a, value: "hunter2\\nB: c" }]',
    ...(['headers.0.value', 'HEADER_INVALID', /one line/] as const),
  ],
  ['headers: [{ name: a, envRef: NOBODY }]', 'headers.0', 'ENV_NOT_SET', /NOBODY is not set/],
  [
    'headers: [{ name: a, secretKeyRef: { name: s, key: k } }]',
    ...(['headers.0', 'SECRET_NOT_FOUND', /put it into s\/k/] as const),
  ],
]

describe('spec.tracing.otel', () => {
  for (const [line, path, code, cure] of refusals)
    test(`refuses ${line.replace('hunter2', '…')}`, async () => {
      const problem = await problemOf(otel(line))
      assert.deepEqual([problem.path, problem.code, problem.line], [`${AT}.${path}`, code, 5])
      assert.match(problem.message, cure)
      assert.doesNotMatch(JSON.stringify(problem), /hunter2|u:p/)
    })

  test('has TLS, no header and ten seconds where nothing else is said', async () =>
    assert.deepEqual((await accepted(full())).tracing?.otel, {
      endpointAddress: 'collector:4317',
      protocol: 'grpc',
      isSecure: true,
      headers: {},
      timeoutMs: 10_000,
    }))

  test('names the port that is meant', async () => {
    for (const [protocol, isSecure, address] of [
      ['http', true, 'a:443'],
      ['http', false, 'a:80'],
      ['grpc', false, 'a:443'],
      ['HTTP', true, 'a:443'],
    ] as const) {
      const text = otel('endpointAddress: a', `protocol: ${protocol}`, `isSecure: ${isSecure}`)
      assert.equal((await accepted(text)).tracing?.otel?.endpointAddress, address)
    }
    const ipv6 = otel('endpointAddress: "[::1]:4317"', 'protocol: grpc')
    assert.equal((await accepted(ipv6)).tracing?.otel?.endpointAddress, '[::1]:4317')
  })

  test('reads headers as files and as clusters have them, and in one text', async () => {
    const files = full('headers: ["Api-Key=a=b", "x-team = shop "]')
    const cluster = full(
      'headers:',
      '  - { name: Api-Key, value: a=b }',
      '  - { name: x-team, value: shop }',
    )
    const one = full('headers: api-key=a=b,x-team=shop')
    for (const text of [files, cluster, one])
      assert.deepEqual((await accepted(text)).tracing?.otel?.headers, {
        'api-key': 'a=b',
        'x-team': 'shop',
      })
  })

  test('looks up what headers refer to [observability 2.4]', async () => {
    const text = full(
      'headers:',
      '  - { name: a, envRef: TOKEN }',
      '  - { name: b, secretKeyRef: { name: keys, key: b } }',
      '  - { name: c, secretKeyRef: { name: c } }',
      '  - { name: d, value: 7 }',
    )
    const { configuration } = await parsed(text, {
      env: { TOKEN: 'hunter2' },
      resolveSecret: (name, key) => `${name}/${key}`,
    })
    assert.deepEqual(configuration.tracing?.otel?.headers, {
      a: 'hunter2',
      b: 'keys/b',
      c: 'c/c',
      d: '7',
    })
  })

  test('leaves references out when nobody could look them up', async () => {
    const text = full(
      'headers: [{ name: a, envRef: TOKEN }, { name: b, secretKeyRef: { name: k } }]',
    )
    const { configuration } = await parsed(text, { ignoreReferences: true })
    assert.deepEqual(configuration.tracing?.otel?.headers, {})
  })

  test('refuses a looked up value that would make a second header', async () => {
    const problem = await problemOf(full('headers: [{ name: a, envRef: TOKEN }]'), {
      env: { TOKEN: 'hunter2\r\nb: c' },
    })
    assert.equal(problem.code, 'HEADER_INVALID')
    assert.doesNotMatch(JSON.stringify(problem), /hunter2/)
  })
})

describe('spec.tracing.zipkin', () => {
  test('takes headers, too', async () => {
    const text = tracing('zipkin: { endpointAddress: http://a/, headers: [Api-Key=x] }')
    assert.deepEqual((await accepted(text)).tracing?.zipkin, {
      endpointAddress: 'http://a/',
      headers: { 'api-key': 'x' },
    })
  })

  test('hides a password of any shape, and the query', async () => {
    for (const url of [
      'ht!tp://user:hunter2@host/x',
      'zipkin://user:hun/hunter2@host/x',
      'user:hunter2@host',
      'ftp://host/?key=hunter2',
    ]) {
      const problem = await problemOf(tracing(`zipkin: { endpointAddress: "${url}" }`))
      assert.equal(problem.code, 'ENDPOINT_NOT_A_URL')
      assert.doesNotMatch(JSON.stringify(problem), /hunter2/)
    }
  })
})

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT'

describe('OTEL_EXPORTER_OTLP_* [observability 2.5]', () => {
  test('trace everything without any Configuration', async () => {
    const { configuration, sources } = await parsed('kind: Configuration', {
      env: {
        [ENDPOINT]: 'https://collector:4317',
        OTEL_EXPORTER_OTLP_HEADERS: 'Api-Key=a%20b,c=d',
        OTEL_EXPORTER_OTLP_TIMEOUT: '500',
      },
    })
    assert.equal(configuration.tracing?.samplingRate, 1)
    assert.deepEqual(configuration.tracing?.otel, {
      endpointAddress: 'collector:4317',
      protocol: 'grpc',
      isSecure: true,
      headers: { 'api-key': 'a b', c: 'd' },
      timeoutMs: 500,
    })
    assert.deepEqual(sources, {
      'tracing.otel': { file: `$${ENDPOINT}` },
      'tracing.samplingRate': { file: `$${ENDPOINT}` },
    })
  })

  test('give way to an endpoint of the files, and to their rate', async () => {
    const env = { [ENDPOINT]: 'env:1' }
    const inFiles = await accepted(full(), { env })
    assert.equal(inFiles.tracing?.otel?.endpointAddress, 'collector:4317')
    assert.equal(inFiles.tracing?.samplingRate, undefined)
    const rate = await accepted(tracing('samplingRate: 0.5'), { env })
    assert.deepEqual(
      [rate.tracing?.samplingRate, rate.tracing?.otel?.endpointAddress],
      [0.5, 'env:1'],
    )
  })

  test('of traces go before those of all signals', async () => {
    const { configuration } = await parsed('kind: Configuration', {
      env: {
        [ENDPOINT]: 'all:1',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:2/v1/traces',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_INSECURE: 'true',
      },
    })
    const { endpointAddress, protocol, isSecure } = configuration.tracing?.otel ?? {}
    assert.deepEqual([endpointAddress, protocol, isSecure], ['traces:2', 'http', false])
  })

  test('warn that http:// alone does not switch TLS off', async () => {
    const { configuration, warnings } = await parsed('kind: Configuration', {
      env: { [ENDPOINT]: 'http://a:1' },
    })
    assert.equal(configuration.tracing?.otel?.isSecure, true)
    assert.deepEqual(
      warnings.map(({ code, path }) => [code, path]),
      [['OTEL_STILL_SECURE', ENDPOINT]],
    )
  })

  test('that cannot be read are problems with their names, without their values', async () => {
    const problems = await problemsOf('kind: Configuration', {
      env: {
        [ENDPOINT]: 'https://u:hunter2@a/b/c',
        OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '10s',
        OTEL_EXPORTER_OTLP_HEADERS: 'hunter2',
      },
    })
    assert.deepEqual(
      problems.map(({ path }) => path),
      [ENDPOINT, 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 'OTEL_EXPORTER_OTLP_HEADERS'],
    )
    assert.doesNotMatch(JSON.stringify(problems), /hunter2/)
  })
})

describe('createSecretFiles', () => {
  test('reads a value as Kubernetes mounts it, and sees its change', async () => {
    await using directory = await temporaryDirectory()
    await mkdir(directory.file('keys'))
    await writeFile(directory.file('keys', 'a'), 'one\n')
    const secrets = createSecretFiles(directory.path)
    assert.equal(await secrets.resolve('keys', 'a'), 'one')
    assert.equal(await secrets.haveChanged(), false)
    await writeFile(directory.file('keys', 'a'), 'three')
    assert.equal(await secrets.haveChanged(), true)
    assert.equal(await secrets.resolve('keys', 'a'), 'three')
    assert.equal(await secrets.resolve('keys', 'b'), undefined)
    assert.equal(await secrets.haveChanged(), false)
    await writeFile(directory.file('keys', 'b'), 'x')
    assert.equal(await secrets.haveChanged(), true)
  })

  test('refuses names that lead elsewhere, directories and what is too large', async () => {
    await using directory = await temporaryDirectory()
    await mkdir(directory.file('keys'))
    await writeFile(directory.file('outside'), 'x')
    await writeFile(directory.file('keys', 'large'), 'x'.repeat(65_537))
    await writeFile(directory.file('keys', 'full'), 'x'.repeat(65_536))
    const secrets = createSecretFiles(directory.path)
    for (const [name, key] of [
      ['keys', '../outside'],
      ['..', 'outside'],
      ['.', 'outside'],
      ['keys/..', 'outside'],
      ['', 'outside'],
      ['keys', 'a\0b'],
      ['keys', 'large'],
      ['.', 'keys'],
    ] as const)
      assert.equal(await secrets.resolve(name, key), undefined, `${name} ${key}`)
    assert.equal((await secrets.resolve('keys', 'full'))?.length, 65_536)
    assert.match(secrets.whyMissing('keys', 'gone'), /put it into \S+keys\/gone$/)
    assert.match(
      secrets.whyMissing('../x', 'gone'),
      /^name and key of a secret are made of letters/,
    )
  })
})
