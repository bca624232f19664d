import assert from 'node:assert/strict'
import { startBlockSidecar } from '../support/block-sidecar.ts'
import { eventually } from '../support/eventually.ts'
import { startTestApp } from '../support/test-app.ts'
import { send } from '../support/test-sidecars.ts'
import { startIssuer } from '../support/token-issuer.ts'

type Metadata = Readonly<Record<string, string>>
interface Handler {
  readonly name: string
  readonly type: string
}

const handler = (name: string, driver: string): Handler => ({
  name,
  type: `middleware.http.${driver}`,
})

const component = ({ name, type }: Handler, metadata: Metadata = {}): string =>
  JSON.stringify({
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Component',
    metadata: { name },
    spec: {
      type,
      metadata: Object.entries(metadata).map(([setting, value]) => ({ name: setting, value })),
    },
  })

const configuration =
  (pipelines: Readonly<Record<string, readonly Handler[]>>) =>
  (endpoint: string): string =>
    JSON.stringify({
      apiVersion: 'dapr.io/v1alpha1',
      kind: 'Configuration',
      metadata: { name: 'pipelines' },
      spec: {
        tracing: { samplingRate: '1', zipkin: { endpointAddress: endpoint } },
        ...Object.fromEntries(
          Object.entries(pipelines).map(([name, handlers]) => [name, { handlers }]),
        ),
      },
    })

/** A sidecar with one component for each handler, in the pipeline that is asked for. */
async function open(
  handlers: readonly (readonly [Handler, Metadata?])[],
  pipelines: Readonly<Record<string, readonly Handler[]>> = {
    httpPipeline: handlers.map(([each]) => each),
  },
) {
  const app = await startTestApp({
    handler(request, response, seen) {
      request.resume()
      request.once('end', () => response.end(JSON.stringify([seen.target, String(seen.body)])))
    },
  })
  const block = await startBlockSidecar(
    Object.fromEntries(
      handlers.map(([each, metadata]) => [`${each.name}.yaml`, component(each, metadata)]),
    ),
    { appPort: app.port, configuration: configuration(pipelines) },
  ).catch(async (error) => {
    await app[Symbol.asyncDispose]()
    throw error
  })
  return {
    ...block,
    app,
    request: async (method: string, path: string, headers: readonly string[] = [], body = '') => {
      const answer = await send(block.sidecar.port, method, path, headers, body)
      return { ...answer, text: answer.body.toString() }
    },
    async [Symbol.asyncDispose]() {
      await block[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
    },
  }
}

const INVOKE = '/v1.0/invoke/shop/method'
const upper = handler('upper', 'uppercase')
const alias = handler('alias', 'routeralias')
const checker = handler('checker', 'routerchecker')
const limit = handler('limit', 'ratelimit')

describe('httpPipeline [dapr: pkg/middleware/http]', () => {
  test('changes what the sidecar is asked, body and all, before it is served', async () => {
    await using opened = await open([[upper]])
    const answer = await opened.request('POST', `${INVOKE}/orders`, [], 'order 7: {x}')
    assert.deepEqual(JSON.parse(answer.text), ['/orders', 'ORDER 7: {X}'])
    assert.match(
      await opened.sidecar.metrics(),
      /sidelight_middleware_requests_total\{pipeline="httpPipeline",handler="upper",outcome="changed"\} 1/,
    )
  })

  test('leads to another route, whose name span and metrics have', async () => {
    const routes = JSON.stringify({
      '/orders/{id}/price': `${INVOKE}/price?currency=eur`,
      '/about': '/v1.0/metadata',
    })
    await using opened = await open([[alias, { routes }]])
    const answer = await opened.request('GET', '/orders/7%2F8/price?net=1')
    assert.deepEqual(JSON.parse(answer.text)[0], '/price?currency=eur&net=1&id=7%2F8')
    assert.equal(JSON.parse((await opened.request('GET', '/about')).text).id, 'shop')
    assert.equal((await opened.request('GET', '/nothing')).status, 404)
    const { receiver, sidecar } = opened
    await receiver.waitFor(({ spans }) => spans.length >= 3)
    assert.deepEqual(receiver.spans.map(({ name }) => name).sort(), [
      '/v1.0/metadata',
      'calllocal/shop/price',
      'unmatched',
    ])
    assert.match(await sidecar.metrics(), /server_request_count\{[^}]*path="\/v1.0\/metadata"/)
  })

  test('asks its handlers in their order, and the first that answers ends it', async () => {
    const routes = JSON.stringify({ '/secret': '/v1.0/metadata', '/public/a': `${INVOKE}/a` })
    const handlers = [
      [checker, { rule: '^/public/[A-Za-z]+$' }] as const,
      [alias, { routes }] as const,
    ]
    await using opened = await open(handlers)
    assert.equal((await opened.request('GET', '/public/a')).status, 200)
    const refused = await opened.request('GET', '/secret')
    assert.deepEqual([refused.status, refused.text], [400, 'Bad Request\n'])
    const span = await eventually(() =>
      opened.receiver.spans.find(({ tags }) => tags?.['dapr.status_code'] === '400'),
    )
    assert.equal(span.tags?.['sidelight.middleware'], 'checker')
  })

  test('follows the Configuration and its components, live', async () => {
    await using opened = await open([[upper]], {})
    const echo = async () =>
      JSON.parse((await opened.request('POST', `${INVOKE}/x`, [], 'a')).text)[1]
    assert.equal(await echo(), 'a')
    const { sidecars, receiver } = opened
    await sidecars.configure(configuration({ httpPipeline: [upper] })(receiver.url))
    await eventually(async () => (await echo()) === 'A')
    await sidecars.configure(configuration({})(receiver.url))
    await eventually(async () => (await echo()) === 'a')
  })

  test('refuses every request while one of its handlers does not run: nothing passes it by', async () => {
    await using opened = await open([[upper]], { httpPipeline: [handler('gone', 'bearer'), upper] })
    const refused = await opened.request('GET', '/v1.0/metadata')
    assert.equal(refused.status, 500)
    assert.deepEqual(JSON.parse(refused.text), {
      errorCode: 'ERR_MIDDLEWARE',
      message: 'the handler gone of httpPipeline refuses requests: no component of this name runs',
    })
    const { sidecar } = opened
    assert.equal(sidecar.log.filter((line) => line.includes('the handler gone')).length, 1)
    await opened.request('GET', '/v1.0/metadata')
    assert.equal(sidecar.log.filter((line) => line.includes('the handler gone')).length, 1)
  })

  test('refuses what comes too fast, and says so to whoever it is', async () => {
    await using opened = await open([[limit, { maxRequestsPerSecond: '1' }]])
    const answers = []
    for (let i = 0; i < 3; i++) answers.push(await opened.request('GET', '/v1.0/metadata'))
    assert.equal(answers[0]?.status, 200)
    const refused = answers.find(({ status }) => status === 429)
    assert.equal(refused?.text, 'You have reached maximum request limit.\n')
  })
})

describe('appHttpPipeline', () => {
  test('stands before the app, whoever calls it, and not before the API', async () => {
    await using opened = await open([[upper], [checker, { rule: '^/open' }]], {
      appHttpPipeline: [upper, checker],
    })
    const peer = await opened.startAnother('peer')
    for (const port of [opened.sidecar.port, peer.port]) {
      const taken = await send(port, 'POST', `${INVOKE}/open/a`, [], 'body')
      assert.deepEqual(JSON.parse(taken.body.toString()), ['/open/a', 'BODY'])
      const refused = await send(port, 'POST', `${INVOKE}/closed`, [], 'body')
      assert.deepEqual([refused.status, refused.body.toString()], [400, 'Bad Request\n'])
    }
    assert.equal((await opened.request('GET', '/v1.0/metadata')).status, 200)
    assert.ok(opened.app.requests.every(({ target }) => target !== '/closed'))
  })
})

describe('middleware.http.bearer [dapr: components-contrib middleware/http/bearer]', () => {
  const bearer = handler('bearer', 'bearer')
  const unsigned = (url: string): string => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { iss: url, aud: 'shop', exp: Date.now() }
    return `${part({ alg: 'none' })}.${part(claims)}.`
  }

  test('lets those through who bear a token of the issuer, and tells the others nothing', async () => {
    await using issuer = await startIssuer()
    await using opened = await open([[bearer, { issuer: issuer.url, audience: 'shop' }]])
    const ask = (...authorization: readonly string[]) =>
      opened.request(
        'GET',
        '/v1.0/metadata',
        authorization.map((value) => `Authorization: ${value}`),
      )
    const good = await issuer.token()
    assert.equal((await ask(`Bearer ${good}`)).status, 200)
    assert.equal((await ask(`bearer ${good}`)).status, 200)
    const refused = [
      [],
      [good],
      ['Bearer planted-no-token'],
      [`Bearer ${good}`, `Bearer ${good}`],
      [`Bearer ${good.slice(0, -6)}AAAAAA`],
      [`Bearer ${await issuer.token({ aud: 'another' })}`],
      [`Bearer ${await issuer.token({ iss: 'https://elsewhere' })}`],
      [`Bearer ${await issuer.token({}, '-10m')}`],
      [`Bearer ${await issuer.hmac()}`],
      [`Bearer ${unsigned(issuer.url)}`],
    ]
    for (const headers of refused) {
      const { status, text, headers: answered } = await ask(...headers)
      assert.deepEqual([status, text], [401, 'Unauthorized\n'], headers.join())
      assert.ok(answered.some(([name, value]) => name === 'WWW-Authenticate' && value === 'Bearer'))
    }
    const outputs = await opened.outputs()
    for (const [what, text] of Object.entries(outputs)) {
      assert.doesNotMatch(text, /planted/, what)
      assert.ok(!text.includes(good), what)
    }
  })

  test('learns a new key of the issuer, and asks for it once, whoever sends tokens', async () => {
    await using issuer = await startIssuer()
    await using opened = await open([[bearer, { issuer: issuer.url, audience: 'shop' }]])
    const ask = async (token: string) =>
      (await opened.request('GET', '/v1.0/metadata', [`Authorization: Bearer ${token}`])).status
    assert.equal(await ask(await issuer.token()), 200)
    assert.equal(issuer.asked(), 1)
    await issuer.rotate()
    const fresh = await issuer.token()
    // Too soon after the start: whoever makes keys up must not make the sidecar ask for each.
    assert.equal(await ask(fresh), 401)
    assert.equal(issuer.asked(), 1)
  })

  test('names an issuer that cannot be had, at the start', async () => {
    await assert.rejects(
      open([[bearer, { issuer: 'http://127.0.0.1:1', audience: 'shop' }]]),
      /the issuer cannot be reached/,
    )
    await assert.rejects(
      open([[bearer, { issuer: 'planted', audience: 'shop' }]]),
      /issuer and jwksURL are http or https URLs/,
    )
  })
})
