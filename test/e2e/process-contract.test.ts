import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-ports.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { CLI, spawnCli } from '../support/spawn-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, tracing } from '../support/test-sidecars.ts'

/** A sidecar program on free ports, started with nothing of this process's environment. */
async function spawnSidecar(
  home: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
) {
  const port = await freePort()
  const program = await spawnCli(
    [
      'sidecar',
      '--app-id=orders',
      `--dapr-http-port=${port}`,
      '--dapr-grpc-port=0',
      '--metrics-port=0',
      '--dapr-listen-addresses=127.0.0.1',
      ...args,
    ],
    { inheritEnv: false, env: { SIDELIGHT_HOME: home, ...env } },
  )
  return { port, program }
}

const healthz = async (port: number): Promise<number> =>
  (await send(port, 'GET', '/v1.0/healthz')).status
const isReady = (port: number) =>
  eventually(async () => (await healthz(port)) === 204, { deadlineMs: 15_000 })

describe('sidelight sidecar as a process [daprd’s contract]', () => {
  test('takes every flag that harnesses of daprd pass', async () => {
    await using home = await temporaryDirectory()
    const { port, program } = await spawnSidecar(home.path, [
      '--log-level=debug',
      '--app-protocol=http',
      '--dapr-internal-grpc-port=0',
      '--dapr-internal-grpc-listen-address=127.0.0.1',
      `--dapr-public-port=${await freePort()}`,
      '--dapr-public-listen-address=127.0.0.1',
      '--metrics-listen-address=127.0.0.1',
      '--profile-port=7777',
      '--enable-app-health-check=false',
      '--app-health-probe-interval=0',
      '--app-health-threshold=0',
      '--mode=standalone',
      '--enable-mtls=false',
      '--enable-api-logging=true',
      '--enable-profiling',
      '--app-max-concurrency=-1',
      `--resources-path=${home.path}`,
      `--resources-path=${home.path}`,
      '--placement-host-address=127.0.0.1:1',
      '--sentry-address=x',
      '--control-plane-address=x',
      '--scheduler-host-address=x',
      '--disable-builtin-k8s-secret-store=true',
      '--dapr-graceful-shutdown-seconds=1',
      '--dapr-block-shutdown-duration=0s',
      '--actors-disseminate-timeout=1s',
      '--hot-reload-reconcile-interval=1s',
      '--app-binding-options-timeout=1s',
      '--max-body-size=4Mi',
      '--allowed-origins=',
      '--disable-init-endpoints=config',
      '-read-buffer-size=4Ki',
    ])
    await using _ = program
    await isReady(port)
    await program.waitForLine(/--placement-host-address has no effect: Sidelight has no actors yet/)
  })

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    test(`stops on ${signal}: drains, flushes spans, exits 0`, async () => {
      await using home = await temporaryDirectory()
      await using app = await startTestApp()
      await using receiver = await startSpanReceiver()
      await writeFile(home.file('config.yaml'), tracing({ endpoint: receiver.url }))
      const { port, program } = await spawnSidecar(
        home.path,
        [`--config=${home.file('config.yaml')}`, `--app-port=${app.port}`],
        { OTEL_BSP_SCHEDULE_DELAY: '600000' },
      )
      await using _ = program
      await isReady(port)
      const held = send(port, 'GET', '/v1.0/invoke/orders/method/hold')
      await app.waitFor((requests) => requests.some(({ target }) => target === '/hold'))
      program.kill(signal)
      await eventually(() =>
        send(port, 'GET', '/v1.0/metadata').then(
          () => false,
          () => true,
        ),
      )
      app.release()
      assert.equal((await held).status, 200)
      assert.deepEqual(await program.exit, { code: 0, signal: null })
      assert.match(program.output, /Daprd shutdown gracefully/)
      assert.ok(receiver.spans.some(({ name }) => name === 'calllocal/orders/hold'))
    })

  for (const [how, headers, code, line] of [
    ['asked by the API', [], 0, 'Shutdown requested via API'],
    [
      'forced by the API',
      ['dapr-force-shutdown: true'],
      1,
      'Force shutdown requested, exiting immediately without graceful shutdown',
    ],
  ] as const)
    test(`exits ${code} when ${how}`, async () => {
      await using home = await temporaryDirectory()
      const { port, program } = await spawnSidecar(home.path)
      await using _ = program
      await isReady(port)
      assert.equal((await send(port, 'POST', '/v1.0/shutdown', headers)).status, 204)
      assert.equal((await program.exit).code, code)
      assert.ok(program.output.includes(line))
    })

  test('is not ready before its app listens, but serves outbound health and metadata', async () => {
    await using home = await temporaryDirectory()
    const appPort = await freePort()
    const { port, program } = await spawnSidecar(home.path, [`--app-port=${appPort}`])
    await using _ = program
    await eventually(async () => (await send(port, 'GET', '/v1.0/healthz/outbound')).status === 204)
    assert.equal((await send(port, 'GET', '/v1.0/metadata')).status, 200)
    const waiting = await send(port, 'GET', '/v1.0/healthz')
    assert.equal(waiting.status, 500)
    assert.deepEqual(JSON.parse(waiting.body.toString()), {
      errorCode: 'ERR_HEALTH_NOT_READY',
      message: `dapr is not ready: waiting for the app to listen on port ${appPort}`,
    })
    await using app = await startTestApp({ port: appPort })
    await isReady(port)
    assert.equal(app.requests.length, 0)
    assert.equal((await send(port, 'GET', '/v1.0/healthz?appid=orders')).status, 204)
    assert.equal((await send(port, 'GET', '/v1.0/healthz?appid=other')).status, 500)
  })

  test('keeps what was PUT into metadata', async () => {
    await using home = await temporaryDirectory()
    const { port, program } = await spawnSidecar(home.path)
    await using _ = program
    await isReady(port)
    assert.equal((await send(port, 'PUT', '/v1.0/metadata/cliPID', [], '4711')).status, 204)
    const metadata = JSON.parse((await send(port, 'GET', '/v1.0/metadata')).body.toString())
    assert.equal(metadata.id, 'orders')
    assert.equal(metadata.extended.cliPID, '4711')
    assert.equal(metadata.extended.daprRuntimeVersion, '1.18.2')
  })

  test('runs where nothing can be written, and says who will not find it', async () => {
    const { port, program } = await spawnSidecar('/dev/null')
    await isReady(port)
    assert.match(program.output, /peers of this machine do not find this sidecar/)
    assert.equal((await program.stop()).code, 0)
  })

  test('listens on an IPv6 address in brackets, as the injector of Dapr writes it', async () => {
    await using home = await temporaryDirectory()
    const { port, program } = await spawnSidecar(home.path, [
      '--dapr-listen-addresses=[::1],127.0.0.1',
    ])
    await isReady(port)
    await program.stop()
  })

  test('re-reads its Configuration on SIGHUP and goes on', async () => {
    await using home = await temporaryDirectory()
    await writeFile(home.file('c.yaml'), tracing({ rate: '0' }))
    const { port, program } = await spawnSidecar(home.path, [`--config=${home.file('c.yaml')}`])
    await using _ = program
    await isReady(port)
    await writeFile(home.file('c.yaml'), tracing({ rate: '1' }))
    program.kill('SIGHUP')
    await program.waitForLine(/Configuration applied/)
    assert.match(String((await send(port, 'GET', '/v1.0/metadata')).header('traceparent')), /-01$/)
    assert.equal(program.exited, undefined)
  })

  test('answers a gRPC caller with UNIMPLEMENTED and the cure', async () => {
    await using home = await temporaryDirectory()
    const grpc = await freePort()
    const { port, program } = await spawnSidecar(home.path, [`--dapr-grpc-port=${grpc}`])
    await using _ = program
    await isReady(port)
    const { connect } = await import('node:http2')
    const session = connect(`http://127.0.0.1:${grpc}`)
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      const call = session.request({
        ':method': 'POST',
        ':path': '/dapr.proto.runtime.v1.Dapr/GetState',
        'content-type': 'application/grpc',
      })
      call.on('response', resolve).on('error', reject)
      call.end()
    })
    session.close()
    assert.equal(headers['grpc-status'], '12')
    assert.equal(
      headers['grpc-message'],
      `Sidelight has no gRPC API yet; use the HTTP API on port ${port}`,
    )
  })

  const mistakes: readonly (readonly [what: string, args: readonly string[], said: RegExp])[] = [
    [
      'an unknown flag',
      ['--app-prot=1'],
      /--app-prot: no such flag; did you mean --app-port\? \[FLAG_UNKNOWN\]/,
    ],
    ['a port that is none', ['--app-port=http'], /--app-port: a port from 0 to 65535 is needed/],
    [
      'a port out of range',
      ['--dapr-http-port=70000'],
      /a port from 0 to 65535 is needed: .* \(seen "70000"\)/,
    ],
    ['a dotted app id', ['--app-id=a.b'], /an app id has no dots/],
    [
      'a gRPC app',
      ['--app-protocol=grpc'],
      /gRPC apps need the gRPC API, which does not exist yet/,
    ],
    [
      'a missing file',
      ['--config=/nowhere.yaml'],
      /\/nowhere.yaml \(file\): the file does not exist/,
    ],
  ]
  for (const [what, args, said] of mistakes)
    test(`exits 2 for ${what}, naming it`, async () => {
      await using home = await temporaryDirectory()
      const { program } = await spawnSidecar(home.path, args)
      await using _ = program
      assert.equal((await program.exit).code, 2)
      assert.match(program.stderr, said)
      assert.doesNotMatch(program.stderr, /\n\s+at /)
    })

  test('exits 2 for an invalid Configuration, naming every problem with its line', async () => {
    await using home = await temporaryDirectory()
    await writeFile(
      home.file('bad.yaml'),
      'kind: Configuration\nspec:\n  tracing:\n    samplingRate: "150%"\n    stdout: "yes"\n    zipkin:\n      endpointAddress: localhost:9411\n',
    )
    const { program } = await spawnSidecar(home.path, [`--config=${home.file('bad.yaml')}`])
    await using _ = program
    assert.equal((await program.exit).code, 2)
    for (const line of [
      /bad\.yaml:4 spec\.tracing\.samplingRate: .*write "1\.5"|bad\.yaml:4 spec\.tracing\.samplingRate: /,
      /bad\.yaml:5 spec\.tracing\.stdout: true or false is needed/,
      /bad\.yaml:7 spec\.tracing\.zipkin\.endpointAddress: a complete URL is needed/,
    ])
      assert.match(program.stderr, line)
  })

  test('names a port that another process holds', async () => {
    await using home = await temporaryDirectory()
    const first = await spawnSidecar(home.path)
    await using _first = first.program
    await isReady(first.port)
    const { program } = await spawnSidecar(home.path, [`--dapr-http-port=${first.port}`])
    await using _ = program
    assert.equal((await program.exit).code, 2)
    assert.match(program.stderr, new RegExp(`the api port 127.0.0.1:${first.port} is in use`))
  })
})

describe('the command line as a process', () => {
  test('writes all of a long answer to a reader who takes his time', async () => {
    const child = spawn(process.execPath, [CLI, 'init', '--print'])
    // Nothing is read yet: what the pipe has no room for waits in the program.
    await once(child.stdout, 'readable')
    let length = 0
    for await (const part of child.stdout) length += part.length
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
    assert.equal(code, 0)
    assert.ok(length > 300_000, String(length))
  })
})
