import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseRunFile } from '../../src/local/run-file.ts'
import {
  type Configuration,
  checkManifest,
  compileRegex,
  parseConfiguration,
  parseResources,
} from '../../src/resources/index.ts'

const RUNS = { seed: 20_260_101, numRuns: 300 }

/** Text of the pieces that YAML is made of, and of those that these files are made of. */
const yamlish = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...['kind: Configuration\n', 'apiVersion: dapr.io/v1alpha1\n', 'spec:\n', '  tracing:\n'],
        ...['    samplingRate: ', '    zipkin:\n', '      endpointAddress: ', '    stdout: true\n'],
        ...[
          'version: 1\n',
          'common:\n',
          'apps:\n',
          '  - appID: a\n',
          '    appDirPath: ',
          '  env:\n',
        ],
        ...[
          '---\n',
          '...\n',
          '\n',
          ' ',
          '  ',
          '- ',
          '? ',
          ': ',
          '# ',
          '|\n',
          '>-\n',
          '[',
          ']',
          '{',
        ],
        ...['}', ',', '&a ', '*a', '<<: *a\n', '!!binary ', '!x ', '"', "'", '\\', '\t', '%', '@'],
        ...[
          'null',
          '~',
          '.nan',
          '-.inf',
          '0x1f',
          '1e400',
          'true',
          '2001-01-01',
          '\u0000',
          '\ufeff',
        ],
        ...['__proto__: ', 'constructor: ', '"$', '{A}', 'http://u:p@h/'],
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))
/** Whatever a YAML file may hold, as JSON, which is YAML. */
const document = fc
  .tuple(
    fc.constantFrom('Configuration', 'Component', 'Subscription', 'Resiliency', 'x'),
    fc.jsonValue({ maxDepth: 5 }),
  )
  .map(([kind, value]) =>
    JSON.stringify({
      kind,
      version: 1,
      metadata: value,
      spec: { tracing: value, metadata: value, routes: value, policies: value },
      common: value,
      apps: [value, { appDirPath: 'a', env: value, appPort: value }],
    }),
  )
const texts = fc.oneof(yamlish, document)

describe('resource files, with anything', () => {
  test('parseConfiguration gives a Configuration or problems that name code, path and file', async function () {
    this.timeout(30_000)
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { maxLength: 2 }), fc.boolean(), async (list, lenient) => {
        const files = list.map((text, i) => ({ file: `${i}.yaml`, text }))
        const read = await parseConfiguration(files, { env: { A: 'x' }, lenient, nowMs: 0 })
        const problems = read.ok ? read.value.warnings : read.error
        for (const { code, path, file, message } of problems)
          assert.ok(code !== '' && path !== '' && message !== '' && file !== undefined)
        if (read.ok) {
          const rate = read.value.configuration.tracing?.samplingRate ?? 0
          assert.ok(rate >= 0 && rate <= 1)
          assert.ok(problems.every(({ severity }) => severity === 'warning'))
        } else assert.ok(problems.some(({ severity }) => severity === undefined))
      }),
      RUNS,
    )
  })

  test('checkManifest takes any text', async function () {
    this.timeout(30_000)
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const options = { env: {}, foreignEnvironment: true, ignoreReferences: true }
        const { problems } = await checkManifest(text, 'm.yaml', options)
        for (const { code, message } of problems) assert.ok(code !== '' && message !== '')
      }),
      RUNS,
    )
  })

  test('parseResources gives problems that name code, path and line', async function () {
    this.timeout(30_000)
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const { problems } = await parseResources([{ file: 'r.yaml', text }])
        for (const { code, path, line, message } of problems)
          assert.ok(code !== '' && path !== '' && message !== '' && line !== 0)
      }),
      RUNS,
    )
  })

  test('parseRunFile gives apps with ids of their own, or problems', function () {
    this.timeout(30_000)
    fc.assert(
      fc.property(texts, (text) => {
        const read = parseRunFile(text, 'dapr.yaml', '/shop')
        if (!read.ok) {
          assert.ok(read.error.length > 0)
          return
        }
        const ids = read.value.map(({ appId }) => appId)
        assert.equal(new Set(ids).size, ids.length)
      }),
      RUNS,
    )
  })
})

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/)
const rate = fc.oneof(
  fc.constantFrom('0', '1', '1e-3', '.5', '1.'),
  fc.double({ min: 0, max: 1, noNaN: true }),
)
const over0 = (max: number) => fc.double({ min: 1e-6, max, noNaN: true, noDefaultInfinity: true })
const match = fc.record(
  { path: fc.stringMatching(/^[/a-z*]{1,20}$/), header: fc.constant('X-A') },
  { requiredKeys: [] },
)
const rule = fc.record({ name, match, rate, perSecond: over0(100_000) }, { requiredKeys: ['name'] })
const sampling = fc.record(
  {
    parent: fc.constantFrom('follow', 'raise', 'ignore'),
    rules: fc.uniqueArray(rule, { selector: (each) => each.name, maxLength: 20 }),
    floor: fc.record({ perOperationPerMinute: over0(60_000) }),
    keep: fc.record(
      {
        errorsFrom: fc.integer({ min: 400, max: 599 }),
        slowerThan: fc.integer({ min: 1, max: 3_600_000 }).map((ms) => `${ms}ms`),
        maxBytes: fc.integer({ min: 65_536, max: 2 ** 30 }),
      },
      { requiredKeys: [] },
    ),
    force: fc.record({ perMinute: over0(1_000_000) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
)
const header = fc.stringMatching(/^[a-z]{1,5}=[!-~]{0,20}$/)
const tracing = fc.record(
  {
    samplingRate: rate,
    stdout: fc.boolean(),
    zipkin: fc.record({
      endpointAddress: fc.webUrl({ validSchemes: ['http', 'https'] }),
      headers: fc.array(header, { maxLength: 3 }),
    }),
    otel: fc.record({
      endpointAddress: fc.constantFrom('a', 'a:1', '[::1]:4317', '10.0.0.1:4317'),
      protocol: fc.constantFrom('http', 'grpc'),
      timeout: fc.integer({ min: 1, max: 600 }).map((s) => `${s}s`),
    }),
    sampling,
  },
  { requiredKeys: [] },
)

/** A Configuration as somebody would write it. */
const format = ({ name: title, tracing: spec }: Configuration): string =>
  JSON.stringify({
    kind: 'Configuration',
    metadata: { name: title },
    spec: {
      tracing: spec && {
        samplingRate: spec.samplingRate,
        stdout: spec.stdout,
        zipkin: spec.zipkin && {
          endpointAddress: spec.zipkin.endpointAddress,
          headers: listHeaders(spec.zipkin.headers),
        },
        otel: spec.otel && {
          endpointAddress: spec.otel.endpointAddress,
          protocol: spec.otel.protocol,
          isSecure: spec.otel.isSecure,
          timeout: `${spec.otel.timeoutMs}ms`,
          headers: listHeaders(spec.otel.headers),
        },
        sampling: spec.sampling && {
          ...spec.sampling,
          keep: spec.sampling.keep && {
            errors: spec.sampling.keep.errors,
            errorsFrom: spec.sampling.keep.errorsFrom,
            perSecond: spec.sampling.keep.perSecond,
            maxBytes: spec.sampling.keep.maxBytes,
            hold: `${spec.sampling.keep.holdMs}ms`,
            ...(spec.sampling.keep.slowerThanMs === undefined
              ? {}
              : { slowerThan: `${spec.sampling.keep.slowerThanMs}ms` }),
          },
        },
      },
    },
  })
const listHeaders = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers).map(([key, value]) => ({ name: key, value }))

describe('the worst that a Configuration can be', () => {
  const head = 'kind: Configuration\nspec:\n'
  const worst: Readonly<Record<string, string>> = {
    'ten megabytes of keys': head + '  a: 1\n'.repeat(1_500_000),
    'ten megabytes of one value': `${head}  tracing: { samplingRate: "${'9'.repeat(10_000_000)}" }\n`,
    'a tower of aliases': `a: &a [x,x]\n${[...'bcdefghijklmnopqrstuvwxyz']
      .map((key, i) => `${key}: &${key} [${`*${'abcdefghijklmnopqrstuvwxyz'[i]},`.repeat(9)}]\n`)
      .join('')}kind: Configuration\nspec: *z\n`,
    'a value that holds itself': 'kind: Configuration\nspec: &a { tracing: *a }\n',
    'brackets without end': `${head}  tracing: ${'['.repeat(100_000)}`,
    'fields with names of the language': `${head}  __proto__: { tracing: 1 }\n  constructor: 1\n  tracing: { toString: 1 }\n`,
    'a key that is a map': `${head}  ? { a: 1 }\n  : tracing\n`,
    'numbers beyond all bounds': `${head}  tracing: { sampling: { limit: { perSecond: 1e400 }, keep: { hold: ${'9'.repeat(400)}s } } }\n`,
  }
  for (const [what, text] of Object.entries(worst))
    test(`${what} is read or refused`, async function () {
      this.timeout(30_000)
      const read = await parseConfiguration([{ file: 'f', text }], { env: {} })
      assert.ok(read.ok || read.error.every(({ message }) => message.length < 500))
    })
})

describe('Configurations as they should be', () => {
  test('are read, and read the same when they are written out again', async function () {
    this.timeout(30_000)
    const read = async (text: string) => {
      const result = await parseConfiguration([{ file: 'f', text }], { env: {} })
      assert.ok(result.ok, JSON.stringify(result))
      // Rules by chance may well stand behind one that matches everything.
      const { configuration, warnings } = result.value
      assert.ok(warnings.every(({ code }) => code === 'RULE_UNREACHABLE'))
      return configuration
    }
    const reserved = /^(parent|rate|force|floor|limit|keep|off)$/
    await fc.assert(
      fc.asyncProperty(tracing, async (spec) => {
        fc.pre(!spec.sampling?.rules?.some((each) => reserved.test(each.name)))
        const text = JSON.stringify({ kind: 'Configuration', spec: { tracing: spec } })
        const once = await read(text)
        assert.deepEqual(await read(format(once)), once)
      }),
      { ...RUNS, numRuns: 150 },
    )
  })
})

describe('regular expressions of users, with anything', () => {
  test('compile or are refused, and never run long', async function () {
    this.timeout(30_000)
    const pieces = fc.constantFrom('a', '(', ')', '*', '+', '?', '[', ']', '{2}', '|', '^', '\\')
    const source = fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 })), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(source, fc.string({ maxLength: 8 }), async (parts, replacement) => {
        const regex = await compileRegex(parts.join(''))
        if (!regex.ok) return assert.ok(regex.error.length > 0)
        const replacer = regex.value.replacer(replacement)
        if (replacer.ok) assert.equal(typeof replacer.value('aab(a)'.repeat(20)), 'string')
        else assert.ok(replacer.error.length > 0)
      }),
      RUNS,
    )
  })
})
