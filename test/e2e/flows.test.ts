import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener } from 'node:http'
import { deliver, publish, type SidecarOfApp, startBundle } from '../../src/local/testing/index.ts'
import { spawnCli } from '../support/spawn-cli.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts'

/** What the app that takes orders may do otherwise than it did. */
interface Habits {
  readonly reads?: number
  readonly losesContext?: boolean
  readonly asksBilling?: boolean
  readonly publishes?: boolean
}

/** Reads the item, and tells of the order. */
const shop =
  ({ reads = 1, losesContext = false, asksBilling = false, publishes = true }: Habits) =>
  ({ url }: SidecarOfApp): RequestListener => {
    const call = (req: IncomingMessage, path: string, init: RequestInit = {}) => {
      // Not left out: what other tests have loaded into this process would put it on.
      const headers = { traceparent: losesContext ? 'lost' : String(req.headers.traceparent) }
      return fetch(`${url}/v1.0/${path}`, { ...init, headers })
    }
    return (req, res) => {
      if (req.url !== '/orders') return res.writeHead(404).end()
      void (async () => {
        for (let i = 0; i < reads; i++) await call(req, `state/statestore/item-${i}`)
        if (asksBilling) await call(req, 'invoke/billing/method/rates')
        if (publishes)
          await call(req, 'publish/pubsub/orders', { method: 'POST', body: '{"id":1}' })
        res.end()
      })()
    }
  }

const shipping: RequestListener = (req, res) => {
  res.setHeader('Content-Type', 'application/json')
  if (req.url === '/dapr/subscribe')
    res.end(JSON.stringify([{ pubsubname: 'pubsub', topic: 'orders', route: '/shipments' }]))
  else res.end('{}')
}

describe('sidelight flows', function () {
  this.timeout(60_000)
  let directory: TemporaryDirectory
  before(async () => {
    directory = await temporaryDirectory()
  })
  after(() => directory[Symbol.asyncDispose]())

  /** Three orders, and what the command says of them. */
  async function run(habits: Habits, args: readonly string[], breaks?: string) {
    await using bundle = await startBundle({
      apps: [
        { id: 'shop', create: shop(habits) },
        { id: 'shipping', listener: shipping },
        { id: 'billing', listener: (_, res) => res.end('1') },
      ],
    })
    if (breaks !== undefined) bundle.break(breaks)
    const delivered = habits.publishes !== false && breaks === undefined
    for (let i = 0; i < 3; i++) {
      await bundle.apps.shop?.invoke('orders')
      if (delivered)
        await bundle.trace((t) => {
          const root = habits.losesContext === true ? t.root(/publish/) : t.root('GET /orders')
          return root.has(publish('orders').has(deliver('shipping')))
        })
    }
    const program = await spawnCli([
      'flows',
      ...args,
      `--backend=${bundle.zipkinUrl}`,
      `--dir=${directory.path}`,
      '--settle=200ms',
    ])
    const { code } = await program.exit
    return { code, out: program.stdout, err: program.stderr }
  }
  const check = async (habits: Habits, breaks?: string) => {
    const { code, out, err } = await run(habits, ['check', 'checkout', '--json'], breaks)
    assert.equal(err, '')
    const { flows } = JSON.parse(out)
    return { code, differences: flows[0].differences }
  }
  const kindsOf = (differences: readonly { kind: string; path: readonly string[] }[]) =>
    differences.map(({ kind, path }) => `${kind} ${path.at(-1)}`)

  test('keeps what a good run did, without anything that is of that run alone', async () => {
    const { code, out, err } = await run({}, ['record', 'checkout', '--headroom=100'])
    assert.deepEqual([code, err], [0, ''])
    assert.match(out, /checkout\.yaml: 3 traces that began with shop: calllocal\/shop\/orders\n$/)
    const text = await readFile(directory.file('checkout.yaml'), 'utf8')
    assert.equal(
      text.replace(/ {4}budget: .*/, '    budget: B'),
      `# What a good run looks like; sidelight flows check compares. calls: how often for one span above, 1 or 0-3.
# fails: some may fail. budget: 95 of 100 are not slower. All of it may be edited.
traces: 3
roots:
  - service: shop
    operation: calllocal/shop/orders
    kind: CLIENT
    budget: B
    below:
      - service: shop
        operation: /v1.0/state/statestore
        kind: CLIENT
        calls: 1
        below:
          - service: shop
            operation: get statestore
            kind: CLIENT
            calls: 1
      - service: shop
        operation: /v1.0/publish/pubsub/orders
        kind: CLIENT
        calls: 1
        below:
          - service: shop
            operation: publish orders
            kind: PRODUCER
            calls: 1
            below:
              - service: shipping
                operation: pubsub/orders
                kind: CLIENT
                calls: 1
`,
    )
  })

  test('finds nothing in a run that is the same', async () => {
    assert.deepEqual(await check({}), { code: 0, differences: [] })
    const { code, out } = await run({}, ['check'])
    assert.deepEqual([code, out], [0, '✔ checkout: 3 traces, as recorded\n'])
  })

  test('finds calls that are more, new or missing, lost context and new errors', async () => {
    const many = await check({ reads: 12 })
    assert.equal(many.code, 1)
    assert.deepEqual(kindsOf(many.differences), ['n_plus_1 shop: /v1.0/state/statestore'])
    assert.equal(many.differences[0].message, '12 for one span above, recorded 1')
    assert.match(many.differences[0].traceId, /^[0-9a-f]{32}$/)

    const more = await check({ asksBilling: true })
    assert.deepEqual(kindsOf(more.differences), ['new_hop shop: calllocal/billing/rates'])

    const less = await check({ publishes: false })
    assert.deepEqual(kindsOf(less.differences), ['missing_hop shop: /v1.0/publish/pubsub/orders'])
    assert.equal(less.differences[0].message, 'missing in 3 of 3')

    const lost = await check({ losesContext: true })
    assert.deepEqual(kindsOf(lost.differences), [
      'missing_hop shop: /v1.0/state/statestore',
      'missing_hop shop: /v1.0/publish/pubsub/orders',
      'broken_context shop: /v1.0/state/statestore',
      'broken_context shop: /v1.0/publish/pubsub/orders',
    ])
    assert.match(lost.differences[2].message, /recorded below shop: calllocal\/shop\/orders$/)

    const broken = await check({}, 'statestore')
    assert.deepEqual(kindsOf(broken.differences).slice(0, 2), [
      'extra_error shop: /v1.0/state/statestore',
      'extra_error shop: get statestore',
    ])
  })

  test('finds what takes longer than its budget', async () => {
    const file = directory.file('slow.yaml')
    const text = await readFile(directory.file('checkout.yaml'), 'utf8')
    await writeFile(file, text.replace(/ {4}budget: .*/, '    budget: 1us'))
    const { code, out } = await run({}, ['check', 'slow'])
    assert.equal(code, 1)
    assert.match(
      out,
      /^✘ slow: 3 traces, 1 difference\n! shop: calllocal\/shop\/orders\n {4}✘ over_budget: 95 of 100 took up to [\d.]+m?s, over the budget of 1µs\n {6}trace [0-9a-f]{32}\n {4}shop: \/v1.0\/state\/statestore\n/,
    )
  })

  test('writes JUnit’s XML', async () => {
    const junit = directory.file('junit.xml')
    await run({ reads: 3 }, ['check', 'checkout', `--junit=${junit}`])
    const text = await readFile(junit, 'utf8')
    assert.match(text, /<testsuite name="checkout" tests="6" failures="1">/)
    assert.match(
      text,
      /<testcase classname="checkout" name="shop: calllocal\/shop\/orders › shop: \/v1.0\/state\/statestore">\n {6}<failure type="n_plus_1" message="3 for one span above, recorded 1">trace [0-9a-f]{32}<\/failure>/,
    )
  })

  test('names what is wrong with a file, a name, or a backend', async () => {
    const flows = async (...args: readonly string[]) => {
      const program = await spawnCli(['flows', ...args])
      const { code } = await program.exit
      return { code, err: program.stderr }
    }
    const bad = directory.file('bad.yaml')
    await writeFile(bad, 'roots:\n  - service: a\n    operation: b\n    calls: many\n    x: 1\n')
    const read = await flows('check', 'bad', `--dir=${directory.path}`)
    assert.equal(read.code, 2)
    assert.match(
      read.err,
      /bad\.yaml:4 roots\.0\.calls: a number, or a range such as 0-3, is needed/,
    )
    assert.match(read.err, /bad\.yaml:2 roots\.0: Unrecognized key: "x"/)
    assert.match((await flows('record', '../x')).err, /NAME: one name is needed/)
    assert.match((await flows('check', '--dir=/nonexistent')).err, /NO_FLOWS/)
    assert.match((await flows('chek')).err, /did you mean check\?/)
    const nobody = await flows('record', 'x', '--backend=http://127.0.0.1:1')
    assert.equal(nobody.code, 2)
    assert.match(nobody.err, /127\.0\.0\.1:1/)
  })
})
