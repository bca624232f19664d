import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { component, errorOf, startBlockSidecar } from '../support/block-sidecar.ts'
import { DEEP_JSON } from '../support/deep-json.ts'
import { eventually } from '../support/eventually.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { startTestApp } from '../support/test-app.ts'
import { send } from '../support/test-sidecars.ts'

async function open(components: Readonly<Record<string, string>>) {
  const started = await startBlockSidecar(components)
  const invoke = async (
    name: string,
    body: unknown,
    headers: readonly string[] = [],
    method = 'POST',
  ) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const path = `/v1.0/bindings/${name}`
    const answer = await send(started.sidecar.port, method, path, headers, text)
    return { status: answer.status, text: answer.body.toString(), header: answer.header }
  }
  return { ...started, invoke }
}

const http = (url: string, more: readonly object[] = []) =>
  component('web', 'bindings.http', [{ name: 'url', value: url }, ...more])
const files = (rootPath: string) =>
  component('files', 'bindings.localstorage', [{ name: 'rootPath', value: rootPath }])
const redisOf = (redis: RealRedis) =>
  component('cache', 'bindings.redis', [
    { name: 'redisHost', value: redis.address },
    { name: 'redisMaxRetries', value: 0 },
  ])

describe('output bindings over HTTP [dapr: pkg/api/http/http.go]', () => {
  test('write, read, list and delete files, on POST and PUT', async () => {
    await using directory = await temporaryDirectory()
    await using opened = await open({ 'b.yaml': files(directory.path) })
    const metadata = { fileName: 'a/b.txt' }
    const made = await opened.invoke('files', { operation: 'create', data: 'hal"lo', metadata })
    assert.deepEqual([made.status, made.text], [200, '{"fileName":"a/b.txt"}'])
    assert.equal(await readFile(directory.file('a', 'b.txt'), 'utf8'), 'hal"lo')
    const read = await opened.invoke('files', { Operation: 'get', METADATA: metadata }, [], 'PUT')
    assert.deepEqual([read.status, read.text], [200, 'hal"lo'])
    const listed = await opened.invoke('files', { operation: 'list' })
    assert.deepEqual(JSON.parse(listed.text), [directory.file('a', 'b.txt')])
    const gone = await opened.invoke('files', { operation: 'delete', metadata })
    assert.deepEqual([gone.status, gone.text], [204, ''])
    assert.equal(
      errorOf(await opened.invoke('files', { operation: 'get', metadata })),
      '500 ERR_INVOKE_OUTPUT_BINDING: error invoking output binding files: cannot read the file: file not found',
    )
  })

  test('call an HTTP server with path, query and headers, and hand its answer and headers back', async () => {
    await using server = await startTestApp({
      handler(request, response) {
        request.resume()
        request.once('end', () =>
          response.writeHead(201, { 'x-one': 'a', 'x-bad': 'caf\u00e9' }).end('made'),
        )
      },
    })
    const url = `http://user:PLANTED-pw@127.0.0.1:${server.port}/base/`
    await using opened = await open({
      'b.yaml': http(url, [
        { name: 'securityToken', value: 'PLANTED-token' },
        { name: 'securityTokenHeader', value: 'X-Token' },
      ]),
    })
    const answer = await opened.invoke('web', {
      operation: 'put',
      data: { n: 1 },
      metadata: {
        path: '/items?id=7',
        'X-Mine': 'yes',
        lower: 'no',
        'Content-Length': '999',
        Host: 'evil',
      },
    })
    assert.deepEqual([answer.status, answer.text], [200, 'made'])
    assert.equal(answer.header('metadata.statuscode'), '201')
    assert.equal(answer.header('metadata.status'), '201 Created')
    assert.equal(answer.header('metadata.x-one'), 'a')
    const [seen] = server.requests
    assert.equal(`${seen?.method} ${seen?.target} ${seen?.body}`, 'PUT /base/items?id=7 {"n":1}')
    assert.equal(seen?.headers['x-mine'], 'yes')
    assert.equal(seen?.headers.lower, undefined)
    assert.equal(seen?.headers.host, `127.0.0.1:${server.port}`)
    assert.equal(seen?.headers['content-type'], 'application/json; charset=utf-8')
    assert.equal(seen?.headers['x-token'], 'PLANTED-token')
    const basic = Buffer.from('user:PLANTED-pw').toString('base64')
    assert.equal(seen?.headers.authorization, `Basic ${basic}`)
  })

  for (const [operation, method] of [
    ['create', 'POST'],
    ['get', 'GET'],
    ['head', 'HEAD'],
    ['post', 'POST'],
    ['patch', 'PATCH'],
    ['delete', 'DELETE'],
    ['options', 'OPTIONS'],
    ['trace', 'TRACE'],
  ])
    test(`call an HTTP server: ${operation} is ${method}`, async () => {
      await using server = await startTestApp()
      await using opened = await open({ 'b.yaml': http(server.url) })
      const answer = await opened.invoke('web', { operation })
      assert.equal(answer.status, 200, answer.text)
      assert.equal(server.requests[0]?.method, method)
    })

  test('answer a refusal of the server with its headers, unless errorIfNot2XX says otherwise', async () => {
    await using server = await startTestApp()
    await using opened = await open({ 'b.yaml': http(server.url) })
    const metadata = { path: 'status?code=418' }
    const refused = await opened.invoke('web', { operation: 'get', metadata })
    assert.equal(
      errorOf(refused),
      '500 ERR_INVOKE_OUTPUT_BINDING: error invoking output binding web: received status code 418',
    )
    assert.equal(refused.header('metadata.statuscode'), '418')
    const taken = await opened.invoke('web', {
      operation: 'get',
      metadata: { ...metadata, errorIfNot2XX: 'false' },
    })
    assert.deepEqual([taken.status, taken.header('metadata.statuscode')], [200, '418'])
  })

  test('do not follow a redirect', async () => {
    await using server = await startTestApp({
      handler: (_request, response) =>
        void response.writeHead(302, { location: '/elsewhere' }).end(),
    })
    await using opened = await open({ 'b.yaml': http(server.url) })
    const answer = await opened.invoke('web', { operation: 'get' })
    assert.match(errorOf(answer), /: received status code 302$/)
    assert.equal(answer.header('metadata.location'), '/elsewhere')
    assert.equal(server.requests.length, 1)
  })

  test('carry the context on, whatever the app wrote there, with a span for the call', async () => {
    await using server = await startTestApp()
    await using opened = await open({ 'b.yaml': http(server.url) })
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    await opened.invoke(
      'web',
      { operation: 'get', metadata: { traceparent: 'mine', Traceparent: 'mine' } },
      [`traceparent: 00-${traceId}-00f067aa0ba902b7-01`, 'tracestate: a=b', 'baggage: k=v'],
    )
    await opened.receiver.waitFor(({ spans }) => spans.length === 2)
    const call = opened.receiver.spans.find(({ name }) => name === 'get web')
    const request = opened.receiver.spans.find(({ name }) => name === '/v1.0/bindings/web')
    assert.equal(call?.parentId, request?.id)
    assert.equal(call?.tags?.['dapr.component'], 'web')
    assert.equal(request?.tags?.['db.system'], 'bindings')
    assert.equal(request?.tags?.['db.name'], 'web')
    assert.equal(server.requests[0]?.headers.traceparent, `00-${traceId}-${call?.id}-01`)
    assert.equal(server.requests[0]?.headers.tracestate, 'a=b')
    assert.equal(server.requests[0]?.headers.baggage, 'k=v')
  })

  test('carry the context on where nothing is traced', async () => {
    await using server = await startTestApp()
    await using opened = await startBlockSidecar(
      { 'b.yaml': http(server.url) },
      {
        configuration: () =>
          'apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata: { name: none }\nspec: {}\n',
      },
    )
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await send(
      opened.sidecar.port,
      'POST',
      '/v1.0/bindings/web',
      [`traceparent: ${traceparent}`, 'baggage: k=v'],
      '{"operation":"get"}',
    )
    assert.equal(server.requests[0]?.headers.baggage, 'k=v')
    assert.match(
      String(server.requests[0]?.headers.traceparent),
      /^00-4bf92f3577b34da6a3ce929d0e0e4736-/,
    )
  })

  test('write, read, take, increment and delete values of Redis, and let them expire', async function () {
    await using redis = await startRedis(this)
    await using opened = await open({ 'b.yaml': redisOf(redis) })
    const call = async (operation: string, metadata: object = {}, data: unknown = null) => {
      const { status, text } = await opened.invoke('cache', {
        operation,
        data,
        metadata: { key: 'k', ...metadata },
      })
      return `${status} ${text}`
    }
    assert.equal(await call('create', { ttlInSeconds: '100' }, 'v'), '204 ')
    assert.equal(await redis.command('GET', 'k'), '"v"', 'as JSON, as daprd does')
    assert.equal(await redis.command('TTL', 'k'), 100)
    assert.equal(await call('get'), '200 "v"')
    assert.equal(await call('get', { delete: 'true' }), '200 "v"')
    assert.equal(await call('get'), '200 ')
    assert.equal(await call('increment', { ttlInSeconds: '50' }), '204 ')
    assert.equal(await call('increment'), '204 ')
    assert.equal(await call('get'), '200 2')
    assert.equal(await redis.command('TTL', 'k'), 50)
    assert.equal(await call('delete'), '204 ')
    assert.equal(await redis.command('EXISTS', 'k'), 0)
  })

  for (const [what, body, expected] of [
    ['no JSON', '{PLANTED', /^400 ERR_MALFORMED_REQUEST: failed deserializing HTTP body: /],
    ['no object', '[]', /^400 ERR_MALFORMED_REQUEST: .*the body is an object$/],
    [
      'metadata that are no texts',
      { operation: 'get', metadata: { key: 1 } },
      /^400 ERR_MALFORMED_REQUEST: .*metadata has texts only$/,
    ],
    [
      'nested too deep',
      `{"operation":"create","data":${DEEP_JSON}}`,
      /^400 ERR_MALFORMED_REQUEST: .*nested too deep$/,
    ],
    ['an operation that is no text', { operation: 7 }, /^400 ERR_MALFORMED_REQUEST: /],
    [
      'no operation',
      { data: 1 },
      /^500 ERR_INVOKE_OUTPUT_BINDING: error invoking output binding files: operation field is missing from request$/,
    ],
    [
      'an operation that it has not',
      { operation: 'exec' },
      /^500 ERR_INVOKE_OUTPUT_BINDING: error invoking output binding files: binding files does not support operation exec\. supported operations:create get list delete$/,
    ],
    [
      'an operation of every object',
      { operation: 'constructor' },
      /binding files does not support operation constructor\./,
    ],
  ] as const)
    test(`refuse ${what}`, async () => {
      await using directory = await temporaryDirectory()
      await using opened = await open({ 'b.yaml': files(directory.path) })
      assert.match(errorOf(await opened.invoke('files', body)), expected)
    })

  test('refuse a binding that is none, is input only, or is said to be', async () => {
    await using directory = await temporaryDirectory()
    const input = { name: 'direction', value: 'input' }
    await using opened = await open({
      'c.yaml': component('tick', 'bindings.cron', [{ name: 'schedule', value: '@every 1h' }]),
      'f.yaml': component('files', 'bindings.localstorage', [
        { name: 'rootPath', value: directory.path },
        input,
      ]),
    })
    for (const name of ['ghost', 'tick', 'files'])
      assert.equal(
        errorOf(await opened.invoke(name, { operation: 'list' })),
        `500 ERR_INVOKE_OUTPUT_BINDING: error invoking output binding ${name}: couldn't find output binding ${name}`,
      )
  })

  test('are spans and counts, without data, metadata, URL, file name and unknown operation', async () => {
    await using directory = await temporaryDirectory('PLANTED-dir-')
    await using server = await startTestApp()
    await using opened = await open({
      'f.yaml': files(directory.path),
      'h.yaml': http(
        `http://PLANTED-user:PLANTED-pw@127.0.0.1:${server.port}/PLANTED-base?q=PLANTED`,
        [
          { name: 'securityToken', value: 'PLANTED-token' },
          { name: 'securityTokenHeader', value: 'X-Token' },
        ],
      ),
    })
    const fileName = 'PLANTED-name'
    for (const operation of ['create', 'get', 'delete', 'delete', 'PLANTED-operation'])
      await opened.invoke('files', { operation, data: 'PLANTED-data', metadata: { fileName } })
    for (const path of ['PLANTED-path', 'status?code=500', 'reset'])
      await opened.invoke('web', {
        operation: 'post',
        data: 'PLANTED-data',
        metadata: { path, 'X-A': 'PLANTED' },
      })
    await opened.invoke('web', { operation: 'post', metadata: { 'X-A': 'PLANTED\r\nX-B: 1' } })
    await opened.receiver.waitFor(({ spans }) => spans.length === 18)
    const outputs = await opened.outputs()
    for (const [operation, success, count] of [
      ['create', 'true', 1],
      ['delete', 'true', 1],
      ['delete', 'false', 1],
      ['{unknown}', 'false', 1],
    ])
      assert.ok(
        outputs.metrics?.includes(
          `dapr_component_output_binding_count{app_id="shop",component="files",namespace="default",operation="${operation}",success="${success}"} ${count}`,
        ),
        `${operation} ${success}`,
      )
    for (const [place, text] of Object.entries(outputs)) assert.doesNotMatch(text, /PLANTED/, place)
  })
})

describe('output bindings whose other side fails', () => {
  test('say that a server is not there, and where it never was', async () => {
    const server = await startTestApp()
    await using opened = await open({
      'b.yaml': http(`http://a:PLANTED@127.0.0.1:${server.port}/`),
    })
    assert.equal((await opened.invoke('web', { operation: 'get' })).status, 200)
    await server[Symbol.asyncDispose]()
    const answer = await opened.invoke('web', { operation: 'get' })
    assert.match(
      errorOf(answer),
      /^500 ERR_INVOKE_OUTPUT_BINDING: .*the server cannot be reached \(ECONNREFUSED\)$/,
    )
    assert.doesNotMatch(answer.text, /PLANTED|127/)
  })

  test('give up on a server that is slow with its head, or with its body', async () => {
    await using server = await startTestApp()
    const timeout = { name: 'responseTimeout', value: '150ms' }
    await using opened = await open({ 'b.yaml': http(server.url, [timeout]) })
    for (const path of ['hold', 'sse'])
      assert.match(
        errorOf(await opened.invoke('web', { operation: 'get', metadata: { path } })),
        /: no answer within 150 ms$/,
      )
  })

  test('refuse an answer that is too large, without reading all of it', async () => {
    await using server = await startTestApp()
    const limit = { name: 'maxResponseBodySize', value: '64Ki' }
    await using opened = await open({ 'b.yaml': http(server.url, [limit]) })
    const read = (chunks: number, bytes = 1024) =>
      opened.invoke('web', {
        operation: 'get',
        metadata: { path: `stream?chunks=${chunks}&bytes=${bytes}` },
      })
    assert.equal((await read(64)).text.length, 65_536)
    const answer = await read(8, 4_000_000)
    assert.match(
      errorOf(answer),
      /: the answer is larger than 65536 bytes \(maxResponseBodySize\)$/,
    )
    assert.equal(answer.header('metadata.statuscode'), '200')
    assert.equal((await read(1)).status, 200)
  })

  test('say that a server breaks off, or speaks no HTTP', async () => {
    await using server = await startTestApp()
    const babbler = createServer((socket) => void socket.end('SSH-2.0-PLANTED\r\n\r\n'))
    babbler.listen(0, '127.0.0.1')
    await once(babbler, 'listening')
    await using opened = await open({
      'b.yaml': http(server.url),
      'c.yaml': component('ssh', 'bindings.http', [
        { name: 'url', value: `http://127.0.0.1:${(babbler.address() as AddressInfo).port}` },
      ]),
    })
    for (const path of ['reset', 'cut'])
      assert.match(
        errorOf(await opened.invoke('web', { operation: 'get', metadata: { path } })),
        /: the connection to the server broke \(/,
      )
    const answer = await opened.invoke('ssh', { operation: 'get' })
    assert.equal(answer.status, 500)
    assert.doesNotMatch(answer.text, /PLANTED/)
    babbler.close()
  })

  test('refuse metadata that would be another header or another request', async () => {
    await using server = await startTestApp()
    await using opened = await open({ 'b.yaml': http(server.url) })
    for (const metadata of [{ 'X-A': 'b\r\nX-C: d' }, { 'X-A: b\r\nX-C': 'd' }, { 'X A': 'b' }])
      assert.match(
        errorOf(await opened.invoke('web', { operation: 'get', metadata })),
        /: an entry of the metadata cannot be a header$/,
      )
    await opened.invoke('web', { operation: 'get', metadata: { path: 'a b\r\nX-C: d' } })
    for (const path of ['//evil/x', '\\\\evil\\x', '@evil', '../../x'])
      await opened.invoke('web', { operation: 'get', metadata: { path } })
    for (const { headers } of server.requests) {
      assert.equal(headers['x-c'], undefined)
      assert.equal(headers.host, `127.0.0.1:${server.port}`)
    }
    assert.equal(server.requests.length, 5)
  })

  test('refuse a path that leads out of the component’s URL', async () => {
    await using server = await startTestApp()
    await using opened = await open({ 'b.yaml': http(`${server.url}/api`) })
    const reach = (path: string) => opened.invoke('web', { operation: 'get', metadata: { path } })
    for (const path of ['../admin', '/../../admin', 'a/../../admin', '%2e%2e/admin', '..\\admin'])
      assert.match(errorOf(await reach(path)), /: the path leads out of the URL$/)
    await reach('a/../b')
    assert.deepEqual(
      server.requests.map(({ target }) => target),
      ['/api/b'],
    )
  })

  test('say that Redis is gone, and work again when it is back', async function () {
    await using redis = await startRedis(this)
    await using opened = await open({ 'b.yaml': redisOf(redis) })
    const call = (operation: string) =>
      opened.invoke('cache', { operation, data: 'PLANTED-data', metadata: { key: 'PLANTED-key' } })
    assert.equal((await call('create')).status, 204)
    await redis.stop('SIGKILL')
    for (const operation of ['create', 'get', 'increment', 'delete']) {
      const answer = await call(operation)
      assert.match(
        errorOf(answer),
        /^500 ERR_INVOKE_OUTPUT_BINDING: error invoking output binding cache: /,
      )
      assert.doesNotMatch(answer.text, /PLANTED/)
    }
    for (const [place, text] of Object.entries(await opened.outputs()))
      assert.doesNotMatch(text, /PLANTED/, place)
    await redis.start()
    await eventually(async () => (await call('create')).status === 204)
  })
})
