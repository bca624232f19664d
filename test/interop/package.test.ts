import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

interface Found {
  readonly kind: string
  readonly resolutionKind?: string
  readonly entrypoint?: string
}

/** What others get: packed as for a registry, and unpacked into a project that has nothing else. */
describe('the package', function () {
  this.timeout(120_000)
  let project: TemporaryDirectory
  let tarball = ''

  before(async () => {
    project = await temporaryDirectory('sidelight-package-')
    const packed = await run(
      'npm',
      ['pack', '--json', '--ignore-scripts', `--pack-destination=${project.path}`],
      { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
    )
    tarball = project.file(JSON.parse(packed.stdout)[0].filename)
    const home = project.file('node_modules/sidelight')
    await mkdir(home, { recursive: true })
    await run('tar', ['-xzf', tarball, '-C', home, '--strip-components=1'])
    await writeFile(project.file('package.json'), '{"private":true}')
    // What an installer would have put beside it.
    for (const name of ['@opentelemetry', 'prom-client', 'tdigest', 'bintrees', 'vitest'])
      await symlink(`${ROOT}node_modules/${name}`, project.file(`node_modules/${name}`))
  })
  after(() => project?.[Symbol.asyncDispose]())

  const node = async (args: readonly string[], source: string, ending: string) => {
    const file = project.file(`app.${ending}`)
    await writeFile(file, source)
    const { stdout, stderr } = await run(process.execPath, [...args, file], { cwd: project.path })
    assert.equal(stderr, '')
    return stdout.trim()
  }
  const SERVE_AND_CALL = `
    const server = http.createServer(async (req, res) => {
      if (req.url === '/echo') return res.end(req.headers.traceparent)
      res.end(await (await fetch('http://localhost:' + server.address().port + '/echo')).text())
    }).listen(0, async () => {
      const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
      console.log(await (await fetch('http://localhost:' + server.address().port, { headers })).text())
      process.exit()
    })`
  const CARRIED = /^00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01$/

  test('carries context when it is preloaded, imported or required', async () => {
    const esm = `import http from 'node:http'\n${SERVE_AND_CALL}`
    const cjs = `const http = require('node:http')\n${SERVE_AND_CALL}`
    assert.match(await node(['--import', 'sidelight/carry'], esm, 'mjs'), CARRIED)
    assert.match(await node(['--require', 'sidelight/carry'], cjs, 'cjs'), CARRIED)
    assert.match(await node([], `import 'sidelight/carry'\n${esm}`, 'mjs'), CARRIED)
    assert.match(await node([], `require('sidelight/carry')\n${cjs}`, 'cjs'), CARRIED)
  })

  test('hands out its functions, one state for both kinds of module', async () => {
    const source = `
      import { createRequire } from 'node:module'
      import { currentTraceContext, runWithTraceContext, traceHeaders } from 'sidelight/carry'
      const required = createRequire(import.meta.url)('sidelight/carry')
      const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
      runWithTraceContext(headers, () => console.log(JSON.stringify([
        currentTraceContext() === required.currentTraceContext(),
        required.traceHeaders('http://localhost:1/'), traceHeaders('https://example.com'), traceHeaders('no url')])))
      console.log(currentTraceContext())`
    assert.equal(
      await node([], source, 'mjs'),
      '[true,{"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},{},{}]\nundefined',
    )
  })

  test('is not too late for who took a function of Node’s before, nor for a server that listens', async () => {
    const source = `
      const { get } = require('node:http')
      const http = require('node:http')
      const server = http.createServer((req, res) => {
        if (req.url === '/echo') return res.end(req.headers.traceparent)
        get('http://localhost:' + server.address().port + '/echo', (answer) => answer.pipe(res))
      }).listen(0, () => {
        require('sidelight/carry')
        const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
        get({ port: server.address().port, headers }, (answer) => {
          answer.on('data', (text) => { console.log(String(text)); process.exit() })
        })
      })`
    assert.match(await node([], source, 'cjs'), CARRIED)
  })

  test('records when `register` is preloaded, imported or required, and hands out `express`', async () => {
    const esm = `import http from 'node:http'\n${SERVE_AND_CALL}`
    const cjs = `const http = require('node:http')\n${SERVE_AND_CALL}`
    // The same trace, and another span: that of the call.
    const recorded = /^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/
    assert.match(await node(['--import', 'sidelight/register'], esm, 'mjs'), recorded)
    assert.match(await node(['--require', 'sidelight/register'], cjs, 'cjs'), recorded)
    assert.match(await node([], `import 'sidelight/register'\n${esm}`, 'mjs'), recorded)
    assert.match(await node([], `require('sidelight/register')\n${cjs}`, 'cjs'), recorded)
    const source = `
      import { createRequire } from 'node:module'
      import { logFields, sidelight, sidelightFastify, withSidelight } from 'sidelight/express'
      const required = createRequire(import.meta.url)('sidelight/express')
      console.log(required.sidelight === sidelight, typeof sidelightFastify, typeof withSidelight, logFields())`
    assert.equal(await node([], source, 'mjs'), 'true function function {}')
  })

  const RUNNERS: readonly {
    readonly name: string
    readonly file: string
    readonly head: string
    readonly args: readonly string[]
  }[] = [
    {
      name: 'mocha',
      file: 'kit.mjs',
      head: '',
      args: [`${ROOT}node_modules/mocha/bin/mocha.js`],
    },
    {
      name: 'node:test',
      file: 'kit.test.mjs',
      head: "import { it } from 'node:test'",
      args: ['--test'],
    },
    {
      name: 'vitest',
      file: 'kit.spec.mjs',
      head: "import { it } from 'vitest'",
      args: [`${ROOT}node_modules/vitest/vitest.mjs`, 'run', '--root', '.'],
    },
  ]
  for (const { name, file, head, args } of RUNNERS)
    test(`has a test kit that works in ${name}, and lets it end`, async () => {
      await writeFile(
        project.file(file),
        `${head}
        import { startBundle, publish, deliver } from 'sidelight/testing'
        const subscriber = (req, res) => {
          res.setHeader('Content-Type', 'application/json')
          res.end(req.url === '/dapr/subscribe' ? '[{"pubsubname":"pubsub","topic":"orders","route":"/"}]' : '{}')
        }
        it('delivers', async () => {
          const bundle = await startBundle({ apps: [{ id: 'shop' }, { id: 'shipping', listener: subscriber }] })
          await bundle.apps.shop.publish('orders', { id: 1 })
          await bundle.trace((t) => t.root('/v1.0/publish/pubsub/orders').has(publish('orders').has(deliver('shipping'))))
          await bundle.close()
        })
        it('says what is missing', async () => {
          const bundle = await startBundle({ apps: [{ id: 'shop' }] })
          try {
            await bundle.apps.shop.publish('orders', { id: 1 })
            await bundle.trace((t) => t.root(/publish/).has(deliver('shipping')), { timeoutMs: 50 })
          } finally {
            await bundle.close()
          }
        })`,
      )
      const { code, stdout, stderr } = await run(process.execPath, [...args, file], {
        cwd: project.path,
        env: { ...process.env, NO_COLOR: '1', CI: '' },
      }).then(
        (done) => ({ ...done, code: 0 }),
        (failed) => failed,
      )
      const said = stdout + stderr
      assert.equal(code, 1, said)
      assert.match(said, /1 passing|pass 1|1 passed/)
      assert.match(said, /1 failing|fail 1|1 failed/)
      assert.match(said, /the first difference: deliver shipping: no such span below/)
    })

  test('has a test kit for CommonJS, too', async () => {
    const source = `
      const { startBundle } = require('sidelight/testing')
      startBundle({ apps: [{ id: 'a' }] }).then(async (bundle) => {
        console.log(Object.keys(bundle.apps))
        await bundle.close()
      })`
    assert.equal(await node(['--no-warnings'], source, 'cjs'), "[ 'a' ]")
  })

  test('has types that TypeScript finds in each way of resolving', async () => {
    const { problems = [] } = (await checkPackage(
      createPackageFromTarballData(new Uint8Array(await readFile(tarball))),
    )) as { readonly problems?: readonly Found[] }
    // "node10" knows no exports; TypeScript gives it up itself. Every Node that the package takes can require() the
    // test kit, an ES module without top-level await; a kit of its own for CommonJS would be sidecar and backend twice.
    const isKnown = ({ kind, resolutionKind, entrypoint }: Found) =>
      resolutionKind === 'node10' || (kind === 'CJSResolvesToESM' && entrypoint === './testing')
    assert.deepEqual(
      problems.filter((each) => !isKnown(each)),
      [],
    )
  })

  test('is in order for publint', async () => {
    const { messages, pkg } = await publint({
      pkgDir: project.file('node_modules/sidelight'),
      strict: true,
      pack: false,
    })
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    )
  })
})
