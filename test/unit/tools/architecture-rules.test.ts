import assert from 'node:assert/strict'
import { blankOut } from '../../tools/architecture/blank-out.ts'
import {
  defaultExports,
  globals,
  lengths,
  machineTraces,
  names,
  readmes,
} from '../../tools/architecture/file-rules.ts'
import { cycles, doors, floors, purity, resolvable } from '../../tools/architecture/import-rules.ts'
import {
  type SourceFile,
  scanImports,
  type Violation,
} from '../../tools/architecture/source-file.ts'

const files = (record: Record<string, string>): SourceFile[] =>
  Object.entries(record).map(([path, text]) => ({ path, text }))

const messages = (violations: readonly Violation[]): string[] =>
  violations.map(({ path, line, message }) => `${path}:${line ?? 0} ${message}`)

describe('blankOut', () => {
  test('keeps code, lines and length', () => {
    const source = "const a = 'process' // process\n/* process\n */ const b = process.pid\n"
    const code = blankOut(source)
    assert.equal(code.length, source.length)
    assert.equal(code.indexOf('process'), source.lastIndexOf('process'))
  })

  test('keeps the code in a template and drops its text', () => {
    const code = blankOut(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the source under test
      'const a = `process ${ process.pid + `${fetch()} console` } console`; next()',
    )
    assert.equal(code.match(/process/g)?.length, 1)
    assert.match(code, /fetch\(\)/)
    assert.doesNotMatch(code, /console/)
    assert.match(code, /next\(\)$/)
  })

  test('knows a regular expression from a division', () => {
    assert.doesNotMatch(blankOut('const a = /["/]process/.test(b)'), /process/)
    assert.match(blankOut("const a = b / 2 / process.c + '/'"), /process/)
  })
})

describe('scanImports', () => {
  test('finds every form, and none in comments and strings', () => {
    const source = [
      "import './side.ts'",
      "import a, { b } from './named.ts'",
      "import type { C } from './type.ts'",
      "export { d } from './re-export.ts'",
      'export type {',
      '  E,',
      "} from './multi-line.ts'",
      "const f = await import('./lazy.ts')",
      "type G = typeof import('./typeof.ts')",
      "// import './comment.ts'",
      `const h = "import './string.ts'"`,
      "export const from = 'x'",
    ].join('\n')
    assert.deepEqual(
      scanImports(source).map(({ specifier, lazy }) => (lazy ? `lazy ${specifier}` : specifier)),
      [
        './side.ts',
        './named.ts',
        './type.ts',
        './re-export.ts',
        './multi-line.ts',
        'lazy ./lazy.ts',
        './typeof.ts',
      ],
    )
  })
})

describe('the import rules', () => {
  test('refuse an import upward, type imports too', () => {
    const wrong = files({ 'src/wire/a.ts': "import type { Span } from '../telemetry/index.ts'" })
    assert.match(
      messages(floors(wrong)).join(),
      /src\/wire\/a\.ts:1 wire may import base, not telemetry/,
    )
  })

  test('refuse one wing in another, and src in an unknown folder', () => {
    const wrong = files({
      'src/sidecar/a.ts': "import { b } from '../backend/index.ts'",
      'src/attic/a.ts': '',
      'src/base/b.ts': "import { c } from '../../test/support/c.ts'",
    })
    assert.equal(floors(wrong).length, 3)
  })

  test('let the composition root in everywhere', () => {
    const right = files({
      'src/cli/a.ts':
        "import { b } from '../sidecar/index.ts'\nimport '../control/sentry/index.ts'",
      'src/local/a.ts': "import { b } from '../backend/index.ts'",
    })
    assert.deepEqual([...floors(right), ...doors(right)], [])
  })

  test('refuse a way past the door, but not in base, wire and at home', () => {
    const wrong = files({
      'src/sidecar/a.ts': "import { r } from '../net/router.ts'",
      'src/sidecar/b.ts': "import { r } from '../adapters/otlp/encode.ts'",
    })
    assert.equal(doors(wrong).length, 2)
    const right = files({
      'src/sidecar/a.ts': "import { r } from '../base/clock.ts'\nimport './steps/trace.ts'",
      'src/sidecar/b.ts': "import { r } from '../adapters/otlp/index.ts'",
      'src/cli/c.ts': "import { r } from '../components/state/redis/index.ts'",
    })
    assert.deepEqual(doors(right), [])
  })

  test('refuse Node in base, packages in telemetry, lazy packages anywhere', () => {
    const wrong = files({
      'src/base/a.ts': "import { join } from 'node:path'",
      'src/telemetry/b.ts': "import { Registry } from 'prom-client'",
      'src/sidecar/c.ts': "const yaml = await import('yaml')",
    })
    assert.equal(purity(wrong).length, 3)
    assert.deepEqual(purity(files({ 'src/net/a.ts': "import 'node:net'\nimport 'undici'" })), [])
  })

  test('refuse an import without its suffix', () => {
    assert.equal(
      resolvable(files({ 'src/net/a.ts': "import './b'", 'src/net/b.ts': '' })).length,
      1,
    )
  })

  test('find a cycle and show its way', () => {
    const wrong = files({
      'src/net/a.ts': "import './b.ts'",
      'src/net/b.ts': "import type { C } from './c.ts'",
      'src/net/c.ts': "import './b.ts'",
    })
    assert.match(messages(cycles(wrong)).join(), /b\.ts → src\/net\/c\.ts → src\/net\/b\.ts/)
    assert.equal(cycles(wrong).length, 1)
  })
})

describe('the file rules', () => {
  test('refuse empty names and capitals', () => {
    const wrong = files({
      'src/net/utils.ts': '',
      'src/Net/a.ts': '',
      'src/net/port-manager.ts': '',
    })
    assert.equal(names(wrong).length, 3)
    const right = files({
      'src/net/content-type.ts': '',
      'src/net/README.md': '',
      'test/a.test.ts': '',
    })
    assert.deepEqual(names(right), [])
  })

  test('refuse a long file that does not say why', () => {
    const long = '\n'.repeat(401)
    assert.equal(lengths(files({ 'src/net/a.ts': long })).length, 1)
    assert.deepEqual(lengths(files({ 'src/net/a.ts': '\n'.repeat(400), 'test/a.ts': long })), [])
    assert.deepEqual(lengths(files({ 'src/net/a.ts': `// Long: one table${long}` })), [])
  })

  test('refuse each banned global away from home', () => {
    const text = [
      'const a = Date.now()',
      'const b = new Date()',
      'const c = Math.random()',
      'const d = process.env.HOME',
      'console.log(1)',
      "await fetch('x')",
    ].join('\n')
    assert.deepEqual(
      globals(files({ 'src/net/a.ts': text })).map(({ line }) => line),
      [1, 2, 3, 4, 5, 6],
    )
  })

  test('leave look-alikes and homes alone', () => {
    const alike = [
      "const kind = { process: 1, 'process': 2 }",
      'kind.process = new Date(5)',
      'const processed = client.fetch()',
      'parts.process(1)',
    ].join('\n')
    assert.deepEqual(globals(files({ 'src/net/a.ts': alike })), [])
    const own = 'const process = startApp()\nprocess.stop()'
    assert.deepEqual(globals(files({ 'src/net/a.ts': own })), [])
    assert.deepEqual(globals(files({ 'src/base/clock.ts': 'Date.now()' })), [])
    assert.deepEqual(globals(files({ 'src/cli/a.ts': 'process.exit(1)' })), [])
  })

  test('refuse default exports', () => {
    const wrong = { 'src/net/a.ts': 'export default 1', 'src/net/b.ts': 'export { b as default }' }
    assert.equal(defaultExports(files(wrong)).length, 2)
    assert.deepEqual(
      defaultExports(files({ 'src/console/vite.config.ts': 'export default 1' })),
      [],
    )
  })

  test('want a short README in each wing that exists', () => {
    const wrong = files({ 'src/sidecar/a.ts': '', 'src/backend/README.md': '\n'.repeat(41) })
    assert.equal(readmes(wrong).length, 2)
    assert.deepEqual(readmes(files({ 'src/net/a.ts': '', 'src/cli/README.md': 'For …' })), [])
  })

  test('refuse traces of a machine', () => {
    const wrong = files({
      'docs/a.md': `see ${['', 'work', 'main'].join('/')}`,
      'docs/b.md': ['..', 'shared', 'x.md'].join('/'),
      'package-lock.json': ['"resolved"', ' "https://example.org/a.tgz"'].join(':'),
      'docs/c.md': ['Issue', '12'].join(' #'),
    })
    assert.equal(machineTraces(wrong).length, 4)
    assert.deepEqual(
      machineTraces(files({ 'docs/a.md': 'src/network/x, /workers/1, dapr/dapr#1' })),
      [],
    )
  })

  test('let the check of everything, and nobody else, name the test API server', () => {
    const kube = ['..', 'shared', 'kube', 'start.sh'].join('/')
    assert.deepEqual(machineTraces(files({ '.ci/run': kube })), [])
    assert.equal(machineTraces(files({ 'test/support/a.ts': kube })).length, 1)
    const other = ['..', 'shared', 'x.md'].join('/')
    assert.equal(machineTraces(files({ '.ci/run': `${kube} ${other}` })).length, 1)
  })
})
