import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { requirePartner } from '../support/partners.ts'
import { CLI, spawnCli } from '../support/spawn-cli.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'
import { type Sidecars, send, startSidecars, tracing } from '../support/test-sidecars.ts'
import { openTerminal } from '../support/tmux.ts'

describe('sidelight tap and top', function () {
  this.timeout(30_000)
  let sidecars: Sidecars
  let app: TestApp
  beforeEach(async () => {
    sidecars = await startSidecars(tracing({ rate: '0' }))
    app = await startTestApp()
    await sidecars.start('orders', { appPort: app.port })
    await sidecars.start('shop')
  })
  afterEach(async () => {
    await sidecars[Symbol.asyncDispose]()
    await app[Symbol.asyncDispose]()
  })

  const call = async (method = 'items/7') => {
    const [, shop] = sidecars.all
    await send(shop?.port ?? 0, 'GET', `/v1.0/invoke/orders/method/${method}`)
  }
  const spawn = (...args: readonly string[]) =>
    spawnCli(args, { env: { ...process.env, SIDELIGHT_HOME: sidecars.home } })
  /** Calls until the program has said enough: it opens its taps in its own time. */
  const callUntil = async (isEnough: () => boolean) =>
    eventually(
      async () => {
        await call()
        return isEnough()
      },
      { deadlineMs: 15_000 },
    )

  test('show each request of all sidecars of the machine, traced or not', async () => {
    await using program = await spawn('tap')
    await callUntil(() => /shop +→.*\n/.test(program.stdout) && /orders +←/.test(program.stdout))
    const [head, ...rows] = program.stdout.trimEnd().split('\n')
    assert.match(String(head), /^TIME +APP +PEER +REQUEST +STATUS +DURATION +TRACE$/)
    const [out] = rows.filter((row) => row.includes('→'))
    assert.match(
      String(out),
      /^[\d:.]{12} {2}shop +→ {2}orders +GET \/items\/7 +200 +[\d.]+m?µ?s +-$/,
    )
  })

  test('go on with a sidecar that has ended, or was killed, when there is one again', async () => {
    await using victim = await spawnCli(
      [
        ...['sidecar', '--app-id=victim', '--dapr-http-port=0', '--dapr-grpc-port=0'],
        ...['--metrics-port=0', '--dapr-listen-addresses=127.0.0.1'],
      ],
      { env: { ...process.env, SIDELIGHT_HOME: sidecars.home } },
    )
    await victim.waitForLine(/HTTP API on port/)
    await using program = await spawn('tap')
    await callUntil(() => /shop +→.*\n/.test(program.stdout))
    await victim.stop('SIGKILL')
    await program.waitForLine(/warning: victim: /)
    const [, shop] = sidecars.all
    await shop?.stop()
    await program.waitForLine(/warning: shop: it has ended the tap/)
    const again = await sidecars.start('shop')
    await eventually(
      async () => {
        await send(again.port, 'GET', '/v1.0/invoke/orders/method/once-more')
        return program.stdout.includes('GET /once-more')
      },
      { deadlineMs: 15_000 },
    )
  })

  test('show what is selected as JSON, and end after so many', async () => {
    await using program = await spawn('tap', 'shop', '--json', '--path=*7', '--count=2')
    let isOver = false
    void program.exit.then(() => {
      isOver = true
    })
    await callUntil(() => isOver)
    assert.equal((await program.exit).code, 0)
    const events = program.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      events.map(({ app, peer, path, sampled }) => [app, peer, path, sampled]),
      [
        ['shop', 'orders', '/items/7', false],
        ['shop', 'orders', '/items/7', false],
      ],
    )
  })

  test('sum them up by operation', async () => {
    await using program = await spawn('top', '--json', '--interval=200ms')
    await callUntil(() => /"count":/.test(program.stdout))
    const line = program.stdout.split('\n').find((each) => each.includes('"count":'))
    const { windowMs, seen, operations } = JSON.parse(String(line))
    const [{ from, to, method, path, success, sampled }] = operations
    assert.deepEqual(
      [windowMs, seen, operations.length, from, to, method, path, success, sampled],
      [30_000, 1, 1, 'shop', 'orders', 'GET', '/items/{id}', 1, 0],
    )
  })

  test('say what keeps them from watching, and what is wrong with a flag', async () => {
    await sidecars.configure(tracing().replace('tracing:', 'tracing:\n    tap: false'))
    for (const sidecar of sidecars.all) await sidecar.reload()
    await using program = await spawn('tap', 'shop')
    await program.waitForLine(/warning: shop: requests may not be tapped: spec\.tracing\.tap/)
    const mistake = async (...args: readonly string[]) => {
      const { exit, stderr } = await spawn(...args).then(async (each) => {
        const { code } = await each.exit
        return { exit: code, stderr: each.stderr }
      })
      assert.equal(exit, 2)
      return stderr
    }
    assert.match(await mistake('tap', '--sidecar=orders'), /--sidecar: a URL such as/)
    assert.match(await mistake('top', '--count=0'), /--count: 1 or more/)
    assert.match(await mistake('tap', 'a', 'b'), /one app at a time/)
    await using nobody = await spawn('tap', '--sidecar=http://127.0.0.1:1')
    await nobody.waitForLine(/warning: http:\/\/127\.0\.0\.1:1: connect ECONNREFUSED/)
    assert.match(await mistake('tap', '--way=up'), /--way: comma list of out/)
    assert.match(await mistake('tap', '--max=0'), /max is a number from 1 to 10000/)
  })

  for (const [columns, command] of [
    [60, 'top'],
    [80, 'top'],
    [140, 'top'],
    [80, 'tap'],
  ] as const)
    test(`fit into the terminal: ${command} in ${columns} columns`, async function () {
      requirePartner(this, 'tmux')
      const program = `SIDELIGHT_HOME=${sidecars.home} ${process.execPath} ${CLI} ${command}`
      using terminal = openTerminal(program, { columns, rows: 8 })
      await callUntil(() => terminal.screen().some((line) => /GET \/ite/.test(line)))
      const [head, ...rows] = terminal.screen()
      assert.match(String(head), command === 'top' ? /^SOURCE +DESTINA/ : /^TIME +APP/)
      // A line that is too long goes on in the next.
      const isRow = command === 'top' ? /^(?:shop|last 30s|$)/ : /^\d\d:\d\d/
      for (const row of rows) assert.match(row, isRow)
      terminal.press('C-c')
      await eventually(() => !terminal.isOpen())
    })
})
