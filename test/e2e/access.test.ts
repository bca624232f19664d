import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-ports.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, type TestSidecar } from '../support/test-sidecars.ts'

const configuration = (spec: object): string =>
  JSON.stringify({
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Configuration',
    metadata: { name: 'access' },
    spec,
  })

async function open(spec: object) {
  const app = await startTestApp()
  const sidecars = await startSidecars(configuration(spec))
  const shop = await sidecars.start('shop', { appPort: app.port })
  return {
    app,
    sidecars,
    shop,
    async [Symbol.asyncDispose]() {
      await sidecars[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
    },
  }
}

const statusOf = async (
  sidecar: TestSidecar,
  method: string,
  path: string,
  headers: string[] = [],
) => (await send(sidecar.port, method, path, headers)).status

describe('api.allowed and api.denied [dapr: pkg/api/http/endpoints]', () => {
  test('close what is denied, for invocation attempts to fall through to', async () => {
    await using opened = await open({
      api: { denied: [{ name: 'metadata', version: 'v1', protocol: 'http' }] },
    })
    const { app, shop } = opened
    const refused = await send(shop.port, 'GET', '/v1.0/metadata')
    assert.equal(refused.status, 404)
    assert.equal(JSON.parse(refused.body.toString()).errorCode, 'ERR_DIRECT_INVOKE')
    assert.equal(await statusOf(shop, 'GET', '/v1.0/invoke/shop/method/x'), 200)
    assert.equal(await statusOf(shop, 'GET', '/v1.0/metadata', ['dapr-app-id: shop']), 200)
    assert.equal(app.requests.at(-1)?.target, '/v1.0/metadata')
  })

  test('open what is allowed and nothing else, health checks always, live', async () => {
    await using opened = await open({})
    const { shop, sidecars } = opened
    assert.equal(await statusOf(shop, 'GET', '/v1.0/metadata'), 200)
    await sidecars.configure(
      configuration({ api: { allowed: [{ name: 'state', version: 'v1.0', protocol: 'http' }] } }),
    )
    await eventually(async () => (await statusOf(shop, 'GET', '/v1.0/metadata')) === 404)
    assert.equal(await statusOf(shop, 'GET', '/v1.0/invoke/shop/method/x'), 404)
    assert.equal(await statusOf(shop, 'GET', '/x', ['dapr-app-id: shop']), 404)
    assert.equal(await statusOf(shop, 'GET', '/v1.0/state/nowhere/a'), 500)
    assert.equal(await statusOf(shop, 'GET', '/v1.0/healthz'), 204)
    await sidecars.configure(
      configuration({ api: { allowed: [{ name: 'state', version: 'v1', protocol: 'grpc' }] } }),
    )
    await eventually(async () => (await statusOf(shop, 'GET', '/v1.0/metadata')) === 200)
  })
})

describe('accessControl without verified identities [dapr: pkg/acl]', () => {
  test('lets the default action decide for all peers, counts it, and leaves the own app alone', async () => {
    await using opened = await open({
      accessControl: {
        defaultAction: 'deny',
        policies: [{ appId: 'caller', defaultAction: 'allow' }],
      },
    })
    const { app, shop, sidecars } = opened
    const caller = await sidecars.start('caller')
    const refused = await send(caller.port, 'POST', '/v1.0/invoke/shop/method/orders?q=planted')
    assert.equal(refused.status, 403)
    assert.deepEqual(JSON.parse(refused.body.toString()), {
      errorCode: 'ERR_DIRECT_INVOKE',
      message:
        'failed to invoke, id: shop, err: access control policy has denied access to operation: /orders verb: POST',
    })
    assert.equal(app.requests.length, 0)
    assert.match(await shop.metrics(), /acl_global_policy_action_blocked_total\{[^}]*\} 1/)
    assert.equal(await statusOf(shop, 'GET', '/v1.0/invoke/shop/method/x'), 200)
    assert.ok(shop.log.some((line) => line.includes('policies of single apps need a verified')))
    await sidecars.configure(configuration({ accessControl: { defaultAction: 'allow' } }))
    await eventually(
      async () => (await statusOf(caller, 'GET', '/v1.0/invoke/shop/method/x')) === 200,
    )
    assert.match(await shop.metrics(), /acl_global_policy_action_allowed_total\{[^}]*\} 1/)
  })
})

describe('--dapr-public-port', () => {
  test('serves metadata and health without a token, and leads to no app', async () => {
    const publicPort = await freePort()
    const app = await startTestApp()
    await using sidecars = await startSidecars(configuration({}))
    await using _app = app
    await sidecars.start('shop', {
      appPort: app.port,
      flags: [`--dapr-public-port=${publicPort}`],
      env: { DAPR_API_TOKEN: 'secret' },
    })
    const ask = async (method: string, path: string, headers: string[] = []) =>
      (await send(publicPort, method, path, headers)).status
    assert.equal(await ask('GET', '/v1.0/healthz'), 204)
    assert.equal(await ask('GET', '/v1.0/metadata'), 200)
    for (const [path, headers] of [
      ['/v1.0/invoke/shop/method/x', []],
      ['/x', ['dapr-app-id: shop']],
      ['/x', [`Authorization: Basic ${Buffer.from('dapr-app-id:shop').toString('base64')}`]],
      ['/v1.0/state/statestore/a', []],
    ] as const)
      assert.equal(await ask('GET', path, [...headers]), 404, path)
    assert.equal(app.requests.length, 0)
  })
})
