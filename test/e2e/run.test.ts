import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { isListening } from '../../src/net/index.ts'
import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'
import { type ChildProgram, startProgram } from '../support/child-program.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-ports.ts'
import { spawnCli } from '../support/spawn-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const getJson = async <T>(url: string): Promise<T> => (await fetch(url)).json() as Promise<T>

/** An app that answers with what it was told by its environment. */
const APP = `
import { createServer } from 'node:http'
createServer((q, r) => r.end(JSON.stringify(process.env))).listen(process.env.APP_PORT, '127.0.0.1')
console.log('listening as ' + process.env.APP_ID)
`

describe('sidelight run', () => {
  test('runs a dapr.yaml: apps, sidecars, backend; one trace through all of them', async () => {
    await using home = await temporaryDirectory()
    const [backend, a, b] = [await freePort(), await freePort(), await freePort()]
    await writeFile(home.file('app.mjs'), APP)
    await writeFile(
      home.file('dapr.yaml'),
      [
        'version: 1',
        'common: { env: { COLOR: red, SIZE: 1 } }',
        'apps:',
        `  - { appID: app-a, appDirPath: ., appPort: ${a}, command: [node, app.mjs], env: { COLOR: blue } }`,
        `  - { appID: app-b, appDirPath: ., appPort: ${b}, command: [node, app.mjs] }`,
      ].join('\n'),
    )
    await using program = await spawnCli(
      ['up', home.file('dapr.yaml'), `--backend-port=${backend}`],
      { env: { SIDELIGHT_HOME: home.file('home'), OTEL_BSP_SCHEDULE_DELAY: '20' } },
    )
    await program.waitForLine(/^Ready/)
    assert.match(program.output, /app-a \| listening as app-a/)
    const [, api = ''] = await program.waitForLine(/app-a \| sidecar: API (http:\/\/localhost:\d+)/)
    const env = await getJson<Record<string, string>>(`${api}/v1.0/invoke/app-b/method/x`)
    assert.equal(env.APP_ID, 'app-b')
    assert.equal(env.COLOR, 'red')
    assert.equal(env.SIZE, '1')
    assert.equal((await getJson<typeof env>(`${api}/v1.0/invoke/app-a/method/x`)).COLOR, 'blue')
    const metadata = await getJson<{ extended: Record<string, string> }>(`${api}/v1.0/metadata`)
    assert.equal(metadata.extended.appCommand, 'node app.mjs')
    const zipkin = `http://localhost:${backend}/api/v2`
    const trace = await eventually(async () => {
      const traces = await getJson<ZipkinSpan[][]>(`${zipkin}/traces?serviceName=app-b&limit=10`)
      return traces.find((spans) => spans.length === 2)
    })
    assert.deepEqual(
      trace.map(({ kind, localEndpoint }) => [kind, localEndpoint?.serviceName]).sort(),
      [
        ['CLIENT', 'app-a'],
        ['SERVER', 'app-b'],
      ],
    )
    program.kill('SIGINT')
    assert.deepEqual(await program.exit, { code: 0, signal: null })
    await assert.rejects(fetch(`http://127.0.0.1:${b}`))
  })

  test('ends with its app and takes over its exit code', async () => {
    await using home = await temporaryDirectory()
    await using program = await spawnCli(
      ['run', '--app-id=job', '--backend=false', '--', 'node', '-e', 'process.exit(7)'],
      { env: { SIDELIGHT_HOME: home.path } },
    )
    assert.equal((await program.exit).code, 7)
    assert.match(program.output, /job \| the app exited with code 7/)
  })

  for (const [what, end] of [
    ['its terminal closes', (program: ChildProgram) => program.kill('SIGHUP')],
    ['nobody reads its output any more', (program: ChildProgram) => program.closeOutput()],
  ] as const)
    test(`stops its apps when ${what}`, async () => {
      await using home = await temporaryDirectory()
      const port = await freePort()
      await writeFile(
        home.file('app.mjs'),
        `${APP}\nsetInterval(() => console.log('still here'), 10)`,
      )
      await using program = await spawnCli(
        ['run', '-a', 'x', `-p=${port}`, '--backend=false', '--', 'node', home.file('app.mjs')],
        { env: { SIDELIGHT_HOME: home.path } },
      )
      await program.waitForLine(/^Ready/)
      end(program)
      await program.exit
      await assert.rejects(fetch(`http://127.0.0.1:${port}`))
    })

  test('gives apps of separate runs one broker, and a state store that outlives them', async () => {
    await using home = await temporaryDirectory()
    const port = await freePort()
    await writeFile(
      home.file('listener.mjs'),
      `import { createServer } from 'node:http'
      createServer((request, response) => {
        if (request.url === '/dapr/subscribe')
          return response.end('[{"pubsubname":"pubsub","topic":"orders","route":"/orders"}]')
        let text = ''
        request.on('data', (chunk) => { text += chunk })
        request.on('end', () => { console.log('heard ' + JSON.parse(text).data); response.end() })
      }).listen(process.env.APP_PORT, '127.0.0.1')`,
    )
    const env = { SIDELIGHT_HOME: home.path }
    const run = (appId: string, ...rest: readonly string[]) =>
      spawnCli(['run', '-a', appId, '--backend=false', ...rest], { env })
    const apiOf = async (program: ChildProgram): Promise<string> =>
      (await program.waitForLine(/sidecar: API (http:\/\/localhost:\d+)/))[1] ?? ''
    const wait = ['--', 'node', '-e', 'setInterval(() => {}, 1000)']
    const post = (url: string, body: unknown) =>
      fetch(url, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
    await using listener = await run(
      'listener',
      `-p=${port}`,
      '--',
      'node',
      home.file('listener.mjs'),
    )
    await listener.waitForLine(/^Ready/)
    {
      await using publisher = await run('publisher', ...wait)
      const api = await apiOf(publisher)
      assert.equal((await post(`${api}/v1.0/publish/pubsub/orders`, 'bread')).status, 204)
      await listener.waitForLine(/heard bread/)
      const saved = await post(`${api}/v1.0/state/statestore`, [{ key: 'a', value: 1 }])
      assert.equal(saved.status, 204)
    }
    await using again = await run('publisher', ...wait)
    assert.equal(await getJson(`${await apiOf(again)}/v1.0/state/statestore/a`), 1)
  })

  test('leaves no app behind when it is killed outright', async () => {
    await using home = await temporaryDirectory()
    const port = await freePort()
    await writeFile(home.file('app.mjs'), APP)
    await using program = await spawnCli(
      ['run', '-a', 'x', `-p=${port}`, '--backend=false', '--', 'node', home.file('app.mjs')],
      { env: { SIDELIGHT_HOME: home.path } },
    )
    await program.waitForLine(/^Ready/)
    program.kill('SIGKILL')
    await eventually(async () => !(await isListening('127.0.0.1', port)))
  })

  test('names who holds the port of an app, and starts nothing', async () => {
    await using home = await temporaryDirectory()
    const port = await freePort()
    await using holder = await startProgram(
      process.execPath,
      ['-e', `${APP.replace(/^import .*$/m, "const { createServer } = require('node:http')")}`],
      { env: { APP_PORT: String(port), APP_ID: 'stranger' } },
    )
    await holder.waitForLine(/^listening/)
    await using program = await spawnCli(
      ['run', '-a', 'x', `-p=${port}`, '--backend=false', '--', 'node', '-e', '0'],
      { env: { SIDELIGHT_HOME: home.path } },
    )
    assert.equal((await program.exit).code, 2)
    assert.match(
      program.stderr,
      new RegExp(`port ${port} of x is in use by pid ${holder.pid} \\(node\\)`),
    )
    assert.doesNotMatch(program.output, /Ready|sidecar:/)
  })

  test('fails when an app ends before it listens, and says Ready never', async () => {
    await using home = await temporaryDirectory()
    const [backend, a, b] = [await freePort(), await freePort(), await freePort()]
    await writeFile(home.file('app.mjs'), APP)
    await writeFile(
      home.file('dapr.yaml'),
      [
        'version: 1',
        'apps:',
        `  - { appID: good, appDirPath: ., appPort: ${a}, command: [node, app.mjs] }`,
        `  - { appID: bad, appDirPath: ., appPort: ${b}, command: [node, -e, 'process.exit(0)'] }`,
      ].join('\n'),
    )
    await using program = await spawnCli(
      ['up', home.file('dapr.yaml'), `--backend-port=${backend}`],
      { env: { SIDELIGHT_HOME: home.file('home') } },
    )
    assert.equal((await program.exit).code, 1)
    assert.match(
      program.stderr,
      new RegExp(`error: bad exited with code 0 before it listened on port ${b}`),
    )
    assert.doesNotMatch(program.output, /^Ready/m)
    assert.equal(await isListening('127.0.0.1', a), false)
  })

  for (const [what, args, said] of [
    ['a file that is not there', ['-f', '/nowhere'], /\/nowhere \(file\): the file does not exist/],
    [
      'a command that is not there',
      ['-a', 'x', '--', '/no/such/program'],
      /cannot start \/no\/such\/program .*\[APP_NOT_STARTED\]/,
    ],
    ['an app id with dots', ['-a', 'a.b', '--', 'true'], /a\.b --app-id: an app id has no dots/],
  ] as const)
    test(`exits 2 for ${what}`, async () => {
      await using home = await temporaryDirectory()
      await using program = await spawnCli(['run', '--backend=false', ...args], {
        env: { SIDELIGHT_HOME: home.path },
      })
      assert.equal((await program.exit).code, 2)
      assert.match(program.stderr, said)
    })

  test('names every problem of a run file with its line', async () => {
    await using home = await temporaryDirectory()
    await writeFile(
      home.file('dapr.yaml'),
      'version: 2\napps:\n  - appDirPath: .\n    appPort: 99999\n  - appID: x\n',
    )
    await using program = await spawnCli(['up', home.path], { env: { SIDELIGHT_HOME: home.path } })
    assert.equal((await program.exit).code, 2)
    for (const line of [
      /dapr\.yaml:1 version: /,
      /dapr\.yaml:4 apps\.0\.appPort: /,
      /dapr\.yaml:5 apps\.1\.appDirPath: /,
    ])
      assert.match(program.stderr, line)
  })

  test('uses a backend that is there, and leaves it there', async () => {
    await using home = await temporaryDirectory()
    const port = await freePort()
    const env = { SIDELIGHT_HOME: home.path }
    await using backend = await spawnCli(['backend', `--port=${port}`, '--memory'], { env })
    await backend.waitForLine(/Zipkin API and console on/)
    await using program = await spawnCli(
      [
        'run',
        '-a',
        'x',
        `--backend-port=${port}`,
        '--',
        'node',
        '-e',
        'setInterval(() => {}, 1e6)',
      ],
      { env },
    )
    await program.waitForLine(/^Ready/)
    program.kill('SIGTERM')
    assert.equal((await program.exit).code, 0)
    assert.equal((await fetch(`http://localhost:${port}/health`)).status, 200)
    backend.kill('SIGTERM')
    assert.equal((await backend.exit).code, 0)
  })

  test('says that the Configuration of an earlier run leads to another backend', async () => {
    await using home = await temporaryDirectory()
    const env = { SIDELIGHT_HOME: home.path }
    const ports = [await freePort(), await freePort()]
    const runs = async (port: number | undefined) => {
      await using program = await spawnCli(
        ['run', '-a', 'x', `--backend-port=${port}`, '--', 'node', '-e', ''],
        { env },
      )
      await program.exit
      return program.stderr
    }
    assert.doesNotMatch(await runs(ports[0]), /sends spans/)
    assert.match(
      await runs(ports[1]),
      new RegExp(
        `^warning: .*config\\.yaml sends spans to port ${ports[0]}, not to the backend on port ${ports[1]}: `,
        'm',
      ),
    )
  })
})
