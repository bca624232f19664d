import assert from 'node:assert/strict'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { DEEP_JSON } from '../support/deep-json.ts'
import { eventually } from '../support/eventually.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { send, startSidecars, type TestSidecar, tracing } from '../support/test-sidecars.ts'

const store = (name: string, more = '') =>
  `apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: ${name} }\nspec:\n  type: state.in-memory\n  metadata: [${more}]\n`

async function open(
  components: Readonly<Record<string, string>> = { 'a.yaml': store('statestore') },
) {
  const receiver = await startSpanReceiver()
  const sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
  const directory = `${sidecars.home}/components`
  await mkdir(directory, { recursive: true })
  const put = async (file: string, text: string): Promise<void> => {
    await writeFile(`${sidecars.home}/draft`, text)
    await rename(`${sidecars.home}/draft`, `${directory}/${file}`)
  }
  for (const [file, text] of Object.entries(components)) await put(file, text)
  const close = async (): Promise<void> => {
    await sidecars[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  }
  const sidecar = await sidecars
    .start('shop', { flags: [`--resources-path=${directory}`] })
    .catch(async (error) => {
      await close()
      throw error
    })
  return {
    receiver,
    sidecars,
    sidecar,
    put,
    remove: (file: string) => rm(`${directory}/${file}`),
    call: (method: string, path: string, body?: unknown, headers: readonly string[] = []) =>
      send(
        sidecar.port,
        method,
        `/v1.0/state/${path}`,
        headers,
        body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
      ),
    [Symbol.asyncDispose]: close,
  }
}

type Opened = Awaited<ReturnType<typeof open>>
type Answer = Awaited<ReturnType<Opened['call']>>
const headerOf = ({ headers }: Answer, name: string): string | undefined =>
  headers.find(([each]) => each.toLowerCase() === name)?.[1]
const errorOf = (answer: Answer): string => {
  const { errorCode, message } = JSON.parse(answer.body.toString())
  return `${answer.status} ${errorCode}: ${message}`
}
const componentsOf = async (sidecar: TestSidecar) =>
  ((await sidecar.metadata()) as unknown as { components?: { name: string; error?: string }[] })
    .components ?? []

describe('state over HTTP [dapr: pkg/api/http/http.go]', () => {
  test('saves, gets with an ETag, and deletes', async () => {
    await using opened = await open()
    const { call } = opened
    assert.equal((await call('POST', 'statestore', [{ key: 'a', value: { n: 1 } }])).status, 204)
    const got = await call('GET', 'statestore/a')
    assert.deepEqual(
      [got.status, got.body.toString(), headerOf(got, 'content-type')],
      [200, '{"n":1}', 'application/json'],
    )
    assert.ok((headerOf(got, 'etag') ?? '').length > 0)
    assert.equal((await call('DELETE', 'statestore/a')).status, 204)
    assert.equal((await call('GET', 'statestore/a')).status, 204)
    assert.equal((await call('DELETE', 'statestore/a')).status, 204)
    assert.equal((await call('POST', 'statestore', [])).status, 204)
  })

  test('keeps the quotes of a text, as daprd does, and takes PUT, too', async () => {
    await using opened = await open()
    const { call } = opened
    await call('PUT', 'statestore', [{ key: 'a b/c', value: 'x' }])
    assert.equal((await call('GET', 'statestore/a%20b%2Fc')).body.toString(), '"x"')
    assert.equal((await call('GET', 'statestore/a+b%2Fc')).body.toString(), '"x"')
  })

  test('refuses a stale ETag with 409, on save and on delete', async () => {
    await using opened = await open()
    const { call } = opened
    await call('POST', 'statestore', [{ key: 'a', value: 1 }])
    const etag = headerOf(await call('GET', 'statestore/a'), 'etag')
    await call('POST', 'statestore', [{ key: 'a', value: 2, etag }])
    const stale = await call('POST', 'statestore', [{ key: 'a', value: 3, etag }])
    assert.match(
      errorOf(stale),
      /^409 ERR_STATE_SAVE: failed saving state in state store statestore: possible etag mismatch\. error from state store: /,
    )
    const gone = await call('DELETE', 'statestore/a', undefined, [`If-Match: ${etag}`])
    assert.match(errorOf(gone), /^409 ERR_STATE_DELETE: failed deleting state with key a: possible/)
    assert.equal((await call('GET', 'statestore/a')).body.toString(), '2')
  })

  test('gets many at once, each for itself', async () => {
    await using opened = await open()
    const { call } = opened
    await call('POST', 'statestore', [
      { key: 'a', value: 1 },
      { key: 'b', value: 'two' },
    ])
    const answer = await call('POST', 'statestore/bulk', { keys: ['a', 'x', 'b'] })
    const entries = JSON.parse(answer.body.toString()) as { key: string; data?: unknown }[]
    assert.deepEqual(
      entries.map(({ key, data }) => [key, data]),
      [
        ['a', 1],
        ['x', undefined],
        ['b', 'two'],
      ],
    )
    const empty = await call('POST', 'statestore/bulk', { keys: [] })
    assert.equal(empty.body.toString(), '[]')
  })

  test('does all of a transaction, or nothing of it', async () => {
    await using opened = await open()
    const { call } = opened
    await call('POST', 'statestore', [{ key: 'old', value: 1 }])
    const operations = [
      { operation: 'upsert', request: { key: 'new', value: 2 } },
      { operation: 'delete', request: { key: 'old' } },
    ]
    const done = await call('POST', 'statestore/transaction', { operations, metadata: null })
    assert.equal(done.status, 204)
    assert.equal((await call('GET', 'statestore/old')).status, 204)
    const failing = [
      { operation: 'upsert', request: { key: 'new', value: 3 } },
      { operation: 'upsert', request: { key: 'new', value: 4, etag: 'stale', options: {} } },
    ]
    const failed = await call('POST', 'statestore/transaction', { operations: failing })
    assert.match(errorOf(failed), /^500 ERR_STATE_TRANSACTION: error while executing state/)
    assert.equal((await call('GET', 'statestore/new')).body.toString(), '2')
  })

  test('tells when a key expires', async () => {
    await using opened = await open()
    const { call } = opened
    await call('POST', 'statestore', [{ key: 'a', value: 1, metadata: { ttlInSeconds: '100' } }])
    const until = Date.parse(
      String(headerOf(await call('GET', 'statestore/a'), 'metadata.ttlexpiretime')),
    )
    assert.ok(until > Date.now() && until <= Date.now() + 100_000)
  })

  for (const [what, method, path, body, expected] of [
    [
      'an unknown store',
      'GET',
      'other/a',
      undefined,
      '400 ERR_STATE_STORE_NOT_FOUND: state store other is not found',
    ],
    [
      'a key with the separator',
      'GET',
      'statestore/a%7C%7Cb',
      undefined,
      "400 ERR_MALFORMED_REQUEST: input key/keyPrefix 'a||b' can't contain '||'",
    ],
    [
      'a body that is no array',
      'POST',
      'statestore',
      {},
      '400 ERR_MALFORMED_REQUEST: failed deserializing HTTP body: the body is an array of items',
    ],
    [
      'an item without a key',
      'POST',
      'statestore',
      [{ value: 1 }],
      '400 ERR_MALFORMED_REQUEST: failed deserializing HTTP body: "key" is a required field',
    ],
    [
      'a ttl that is no number',
      'POST',
      'statestore',
      [{ key: 'a', metadata: { ttlInSeconds: 'soon' } }],
      '400 ERR_MALFORMED_REQUEST: failed deserializing HTTP body: ttlInSeconds is a whole number of seconds',
    ],
    [
      'a model of concurrency that nobody knows',
      'POST',
      'statestore',
      [{ key: 'a', options: { concurrency: 'first' } }],
      "500 ERR_STATE_SAVE: failed saving state in state store statestore: unrecognized concurrency model 'first'",
    ],
    [
      'a model of consistency that nobody knows',
      'DELETE',
      'statestore/a?consistency=Strong',
      undefined,
      "500 ERR_STATE_DELETE: failed deleting state with key a: unrecognized consistency model 'Strong'",
    ],
    [
      'either in a transaction',
      'POST',
      'statestore/transaction',
      {
        operations: [{ operation: 'delete', request: { key: 'a', options: { consistency: 'x' } } }],
      },
      "500 ERR_STATE_TRANSACTION: error while executing state transaction: unrecognized consistency model 'x'",
    ],
    [
      'an unknown operation',
      'POST',
      'statestore/transaction',
      { operations: [{ operation: 'push', request: { key: 'a' } }] },
      '400 ERR_NOT_SUPPORTED_STATE_OPERATION: operation type push not supported',
    ],
    [
      'a value that is nested too deep',
      'POST',
      'statestore',
      `[{"key":"a","value":${DEEP_JSON}}]`,
      '400 ERR_MALFORMED_REQUEST: failed deserializing HTTP body: the JSON is nested too deep',
    ],
  ] as const)
    test(`refuses ${what}`, async () => {
      await using opened = await open()
      assert.equal(errorOf(await opened.call(method, path, body)), expected)
    })

  test('refuses a body that is no JSON without repeating it', async () => {
    await using opened = await open()
    const answer = await opened.call('POST', 'statestore', '[{"key":"hunter2"')
    assert.match(errorOf(answer), /^400 ERR_MALFORMED_REQUEST: /)
    assert.ok(!answer.body.toString().includes('hunter2'))
  })

  test('says that no store is configured at all', async () => {
    await using opened = await open({})
    assert.equal(
      errorOf(await opened.call('GET', 'statestore/a')),
      '500 ERR_STATE_STORE_NOT_CONFIGURED: state store statestore is not configured',
    )
  })
})

describe('errors of the state API', () => {
  test('have Google’s details where daprd’s have [dapr: pkg/api/errors/state.go]', async () => {
    await using opened = await open()
    const { call } = opened
    const detailsOf = (answer: Answer) => JSON.parse(answer.body.toString()).details
    const type = 'type.googleapis.com/google.rpc'
    assert.deepEqual(detailsOf(await call('GET', 'nowhere/a')), [
      {
        '@type': `${type}.ErrorInfo`,
        domain: 'dapr.io',
        reason: 'DAPR_STATE_NOT_FOUND',
        metadata: { appID: 'shop' },
      },
    ])
    const illegal = detailsOf(await call('GET', 'statestore/a%7C%7Cb'))
    assert.deepEqual(
      illegal.map((each: Record<string, unknown>) => each['@type']),
      [`${type}.BadRequest`, `${type}.ResourceInfo`, `${type}.ErrorInfo`],
    )
    assert.equal(illegal[0].field_violations[0].field, 'a||b')
    assert.equal(illegal[1].resource_name, 'statestore')
    assert.equal(detailsOf(await call('GET', 'statestore/%zz')), undefined)
  })

  test('name the query API that no store has', async () => {
    await using opened = await open()
    const answer = await send(opened.sidecar.port, 'POST', '/v1.0-alpha1/state/statestore/query')
    assert.match(
      errorOf(answer),
      /^500 ERR_STATE_STORE_NOT_SUPPORTED: state store does not support querying/,
    )
  })
})

describe('a state call', () => {
  test('is a span of the request and a span of the store below it, without the key', async () => {
    await using opened = await open()
    const { call, receiver, sidecar } = opened
    await call('POST', 'statestore', [{ key: 'planted-key', value: 'planted-value' }])
    await call('GET', 'statestore/planted-key')
    await receiver.waitFor(({ spans }) => spans.length === 4)
    const get = receiver.spans.find(({ name }) => name === '/v1.0/state/statestore/{key}')
    const below = receiver.spans.find(({ parentId }) => parentId === get?.id)
    assert.deepEqual(
      [below?.name, below?.kind, below?.remoteEndpoint?.serviceName],
      ['get statestore', 'CLIENT', 'statestore'],
    )
    assert.equal(below?.tags?.['db.system.name'], 'in-memory')
    assert.equal(get?.tags?.['db.system'], 'state')
    assert.equal(get?.tags?.['db.name'], 'statestore')
    const page = await sidecar.metrics()
    assert.match(
      page,
      /dapr_component_state_count\{app_id="shop",component="statestore",namespace="default",operation="get",success="true"\} 1/,
    )
    assert.match(
      page,
      /dapr_runtime_component_init_total\{app_id="shop",component="state.in-memory"\} 1/,
    )
    for (const text of [JSON.stringify(receiver.spans), page, sidecar.log.join('\n')])
      assert.doesNotMatch(text, /planted/)
  })

  test('is in the request’s span alone where the Configuration says so, live', async () => {
    await using opened = await open()
    const { call, sidecar, sidecars, receiver } = opened
    await call('GET', 'statestore/a')
    await receiver.waitFor(({ spans }) => spans.length === 2)
    await sidecars.configure(tracing({ endpoint: receiver.url, extra: 'componentSpans: false' }))
    await eventually(() => sidecar.log.some((line) => /Configuration applied.*=2/.test(line)))
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    await call('GET', 'statestore/a', undefined, [`traceparent: 00-${traceId}-00f067aa0ba902b7-01`])
    const ofTrace = () => receiver.spans.filter((span) => span.traceId === traceId)
    await receiver.waitFor(() => ofTrace().length > 0)
    // A span below it would have ended, and left, before it.
    assert.deepEqual(
      ofTrace().map(({ name }) => name),
      ['/v1.0/state/statestore/{key}'],
    )
  })
})

describe('components from --resources-path', () => {
  test('come, change and go while the sidecar runs', async () => {
    await using opened = await open()
    const { call, put, remove, sidecar } = opened
    await call('POST', 'statestore', [{ key: 'a', value: 1 }])
    await put('b.yaml', store('second'))
    await eventually(async () => (await call('GET', 'second/a')).status === 204)
    await put('b.yaml', store('second').replace('in-memory', 'in-memroy'))
    const broken = await eventually(async () =>
      (await componentsOf(sidecar)).find(({ error }) => error !== undefined),
    )
    assert.match(broken?.error ?? '', /did you mean state\.in-memory\?/)
    assert.equal((await call('GET', 'second/a')).status, 204, 'the one before goes on')
    assert.ok(sidecar.log.some((line) => line.includes('it runs on as it was before')))
    await call('POST', 'second', [{ key: 'kept', value: 1 }])
    await put('b.yaml', store('second'))
    await eventually(async () =>
      (await componentsOf(sidecar)).every(({ error }) => error === undefined),
    )
    const kept = await call('GET', 'second/kept')
    assert.equal(kept.body.toString(), '1', 'an edit that is taken back opens nothing anew')
    await remove('b.yaml')
    await eventually(async () => (await call('GET', 'second/a')).status === 400)
    assert.equal((await call('GET', 'statestore/a')).body.toString(), '1')
  })

  test('are not those of other apps', async () => {
    await using opened = await open({
      'a.yaml': store('mine'),
      'b.yaml': `${store('theirs')}scopes: [other]\n`,
    })
    assert.deepEqual(
      (await componentsOf(opened.sidecar)).map(({ name }) => name),
      ['mine'],
    )
  })

  test('prefix keys as they are told to', async () => {
    await using opened = await open({
      'a.yaml': store('plain', '{ name: keyPrefix, value: none }'),
      'b.yaml': `${store('bad', '{ name: keyPrefix, value: "a||b" }')}  ignoreErrors: true\n`,
    })
    await opened.call('POST', 'plain', [{ key: 'a', value: 1 }])
    assert.equal((await opened.call('GET', 'plain/a')).body.toString(), '1')
    assert.match(errorOf(await opened.call('GET', 'bad/a')), /ERR_STATE_STORE_NOT_FOUND/)
    assert.match(opened.sidecar.log.join('\n'), /Component bad: keyPrefix: it can't contain '\|\|'/)
  })

  test('encrypt what they keep when they are given a key, and name a key that is none', async () => {
    const keyed = (secret: string) =>
      store('sealed', `{ name: primaryEncryptionKey, secretKeyRef: { name: ${secret} } }`)
    await using opened = await open()
    const { call, put, sidecar, sidecars } = opened
    for (const [name, value] of [
      ['good', '000102030405060708090a0b0c0d0e0f'],
      ['bad', 'planted-no-hex'],
    ] as const) {
      await mkdir(`${sidecars.home}/secrets/${name}`, { recursive: true })
      await writeFile(`${sidecars.home}/secrets/${name}/${name}`, value)
    }
    await put('sealed.yaml', keyed('good'))
    await eventually(async () => (await call('GET', 'sealed/a')).status === 204)
    await call('POST', 'sealed', [{ key: 'a', value: { n: 1 } }])
    assert.equal((await call('GET', 'sealed/a')).body.toString(), '{"n":1}')
    await put('sealed.yaml', keyed('bad'))
    const broken = await eventually(async () =>
      (await componentsOf(sidecar)).find(({ error }) => error !== undefined),
    )
    assert.match(broken?.error ?? '', /^primaryEncryptionKey: an AES key of 16, 24 or 32 bytes/)
    assert.doesNotMatch(sidecar.log.join('\n'), /planted/)
  })

  test('that fail stop the start by name, unless errors are to be ignored', async () => {
    const broken = store('broken').replace('in-memory', 'oracle')
    await assert.rejects(open({ 'a.yaml': broken }), /COMPONENT_FAILED|no driver for state\.oracle/)
    await using opened = await open({
      'a.yaml': broken.replace('spec:\n', 'spec:\n  ignoreErrors: true\n'),
    })
    const [component] = await componentsOf(opened.sidecar)
    assert.match(component?.error ?? '', /no driver for state\.oracle/)
  })
})
