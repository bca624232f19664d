import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseRunFile } from '../../src/local/run-file.ts'
import { parseConfiguration } from '../../src/resources/index.ts'

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
  .tuple(fc.constantFrom('Configuration', 'x'), fc.jsonValue({ maxDepth: 5 }))
  .map(([kind, value]) =>
    JSON.stringify({
      kind,
      version: 1,
      metadata: value,
      spec: { tracing: value },
      common: value,
      apps: [value, { appDirPath: 'a', env: value, appPort: value }],
    }),
  )
const texts = fc.oneof(yamlish, document)

describe('resource files, with anything', () => {
  test('parseConfiguration gives a Configuration or problems that name code, path and file', function () {
    this.timeout(30_000)
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 2 }), (list) => {
        const files = list.map((text, i) => ({ file: `${i}.yaml`, text }))
        const read = parseConfiguration(files, { A: 'x' })
        if (read.ok) {
          const rate = read.value.tracing?.samplingRate ?? 0
          assert.ok(rate >= 0 && rate <= 1)
          return
        }
        assert.ok(read.error.length > 0)
        for (const { code, path, file, message } of read.error)
          assert.ok(code !== '' && path !== '' && message !== '' && file !== undefined)
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
