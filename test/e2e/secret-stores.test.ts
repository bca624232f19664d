import assert from 'node:assert/strict'
import { rename, writeFile } from 'node:fs/promises'
import {
  type BlockSidecarOptions,
  component,
  errorOf,
  startBlockSidecar,
} from '../support/block-sidecar.ts'
import { eventually } from '../support/eventually.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts'
import { tracing } from '../support/test-sidecars.ts'

const SECRETS = { 'redis-password': 'PLANTED-1', redis: { user: 'PLANTED-2', ports: [1, true] } }

async function writeSecrets(directory: TemporaryDirectory, secrets: unknown): Promise<string> {
  const file = directory.file('secrets.json')
  const text = typeof secrets === 'string' ? secrets : JSON.stringify(secrets)
  await writeFile(`${file}.draft`, text)
  await rename(`${file}.draft`, file)
  return file
}

const fileStore = (file: string, ...more: readonly object[]) =>
  component('vault', 'secretstores.local.file', [{ name: 'secretsFile', value: file }, ...more])

async function open(options: BlockSidecarOptions = {}, ...more: readonly object[]) {
  const directory = await temporaryDirectory()
  const file = await writeSecrets(directory, SECRETS)
  const started = await startBlockSidecar(
    {
      'vault.yaml': fileStore(file, ...more),
      'env.yaml': component('env', 'secretstores.local.env', [{ name: 'prefix', value: 'MY_' }]),
    },
    { env: { MY_KEY: 'PLANTED-3', DAPR_API: 'PLANTED-4', APP_API_TOKEN: 'x' }, ...options },
  )
  return {
    ...started,
    directory,
    get: (path: string) => started.call('GET', `/v1.0/secrets/${path}`),
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

const scopes = (text: string) => (endpoint: string) =>
  `${tracing({ endpoint })}  secrets:\n    scopes: ${text}\n`

describe('secrets over HTTP [dapr: pkg/api/http/secrets.go]', () => {
  test('gets one, and all of a store', async () => {
    await using opened = await open()
    assert.deepEqual(await opened.get('vault/redis-password'), {
      status: 200,
      text: '{"redis-password":"PLANTED-1"}',
    })
    assert.equal((await opened.get('vault/redis%3Auser')).text, '{"redis:user":"PLANTED-2"}')
    assert.deepEqual(JSON.parse((await opened.get('vault/bulk')).text), {
      'redis-password': { 'redis-password': 'PLANTED-1' },
      'redis:user': { 'redis:user': 'PLANTED-2' },
      'redis:ports:0': { 'redis:ports:0': '1' },
      'redis:ports:1': { 'redis:ports:1': 'true' },
    })
  })

  test('gets several values of one secret', async () => {
    await using opened = await open({}, { name: 'multiValued', value: true })
    assert.deepEqual(JSON.parse((await opened.get('vault/redis')).text), {
      user: 'PLANTED-2',
      'ports:0': '1',
      'ports:1': 'true',
    })
    const { components } = (await opened.sidecar.metadata()) as unknown as {
      components: { name: string; capabilities: string[] }[]
    }
    assert.deepEqual(components.find(({ name }) => name === 'vault')?.capabilities, [
      'MULTIPLE_KEY_VALUES_PER_SECRET',
    ])
  })

  test('gets variables of the environment, but none of the sidecar', async () => {
    await using opened = await open()
    assert.equal((await opened.get('env/KEY')).text, '{"KEY":"PLANTED-3"}')
    assert.equal((await opened.get('env/NOBODY')).text, '{"NOBODY":""}')
    assert.equal((await opened.get('env/bulk')).text, '{"KEY":{"KEY":"PLANTED-3"}}')
  })

  test('serves a changed file without a restart', async () => {
    await using opened = await open()
    await writeSecrets(opened.directory, { 'redis-password': 'PLANTED-9' })
    assert.equal((await opened.get('vault/redis-password')).text, '{"redis-password":"PLANTED-9"}')
    await writeSecrets(opened.directory, '{"redis-password": PLANTED-8')
    assert.equal((await opened.get('vault/redis-password')).text, '{"redis-password":"PLANTED-9"}')
    assert.ok(opened.sidecar.log.some((line) => line.includes('is no JSON object')))
  })

  test('refuses an unknown secret and an unknown store in Dapr’s words', async () => {
    await using opened = await open()
    assert.equal(
      errorOf(await opened.get('vault/ghost')),
      '500 ERR_SECRET_GET: failed getting secret with key ghost from secret store vault: secret ghost not found',
    )
    assert.equal(
      errorOf(await opened.get('other/a')),
      '401 ERR_SECRET_STORE_NOT_FOUND: failed finding secret store with key other',
    )
    await using none = await startBlockSidecar({})
    assert.equal(
      errorOf(await none.call('GET', '/v1.0/secrets/vault/a')),
      '500 ERR_SECRET_STORES_NOT_CONFIGURED: secret store is not configured',
    )
  })

  test('gives out what the scopes of the Configuration allow, as they are now', async () => {
    await using opened = await open({
      configuration: scopes('[{ storeName: vault, deniedSecrets: [redis-password] }]'),
    })
    assert.equal(
      errorOf(await opened.get('vault/redis-password')),
      '403 ERR_PERMISSION_DENIED: access denied by policy to get "redis-password" from "vault"',
    )
    assert.ok(!('redis-password' in JSON.parse((await opened.get('vault/bulk')).text)))
    const allowed = '[{ storeName: vault, defaultAccess: deny, allowedSecrets: [redis-password] }]'
    await opened.sidecars.configure(scopes(allowed)(opened.receiver.url))
    await opened.sidecar.reload()
    assert.equal((await opened.get('vault/redis-password')).status, 200)
    assert.deepEqual(Object.keys(JSON.parse((await opened.get('vault/bulk')).text)), [
      'redis-password',
    ])
    assert.equal((await opened.get('env/KEY')).status, 200, 'a store without a scope is open')
  })

  test('shows the call, and never a value', async () => {
    await using opened = await open({ flags: ['--enable-api-logging'] })
    await opened.get('vault/redis-password')
    await opened.get('vault/bulk')
    await opened.get('vault/ghost')
    await opened.get('env/KEY')
    await writeSecrets(opened.directory, '{"redis-password": PLANTED-8')
    await opened.get('vault/bulk')
    await opened.receiver.waitFor(({ spans }) => spans.length === 10)
    const outputs = await opened.outputs()
    for (const [place, text] of Object.entries(outputs)) assert.doesNotMatch(text, /PLANTED/, place)
    const span = opened.receiver.spans.find(
      ({ name }) => name === '/v1.0/secrets/vault/redis-password',
    )
    const below = opened.receiver.spans.find(({ parentId }) => parentId === span?.id)
    assert.equal(span?.tags?.['db.system'], 'secrets')
    assert.equal(span?.tags?.['db.name'], 'vault')
    assert.equal(below?.name, 'get vault')
    const labels = 'app_id="shop",component="vault",namespace="default"'
    assert.match(
      outputs.metrics ?? '',
      new RegExp(
        `dapr_component_secret_count\\{${labels},operation="bulk_get",success="true"\\} 2`,
      ),
    )
  })
})

describe('auth.secretStore of a component', () => {
  const REF = { name: 'items', secretKeyRef: { name: 'items' } }
  const config = (store: string) =>
    component('config', 'configuration.in-memory', [REF], `auth: { secretStore: ${store} }\n`)

  test('is started first, however the files are named', async () => {
    await using directory = await temporaryDirectory()
    const file = await writeSecrets(directory, { items: '{"a":"1"}', place: 'x' })
    await using opened = await startBlockSidecar({
      'a.yaml': config('vault'),
      'z.yaml': fileStore(file),
    })
    assert.equal(
      (await opened.call('GET', '/v1.0/configuration/config')).text,
      '{"a":{"value":"1"}}',
    )
  })

  test('is named when it is missing, has not the secret, or goes round in a circle', async () => {
    await using directory = await temporaryDirectory()
    const file = await writeSecrets(directory, {})
    await assert.rejects(
      startBlockSidecar({ 'a.yaml': config('ghost') }),
      /items: the secret store ghost does not run/,
    )
    await assert.rejects(
      startBlockSidecar({ 'a.yaml': config('vault'), 'z.yaml': fileStore(file) }),
      /items: the secret store vault has no secret items/,
    )
    const circle = component(
      'vault',
      'secretstores.local.file',
      [{ name: 'secretsFile', secretKeyRef: { name: 'x' } }],
      'auth: { secretStore: vault }\n',
    )
    await assert.rejects(
      startBlockSidecar({ 'a.yaml': circle }),
      /secretsFile: the secret store vault does not run/,
    )
  })

  test('opens again what waited for it, and what it changed', async () => {
    await using directory = await temporaryDirectory()
    const file = await writeSecrets(directory, {
      items: '{"a":"1"}',
      other: { items: '{"a":"2"}' },
    })
    const waiting = config('vault').replace('spec:\n', 'spec:\n  ignoreErrors: true\n')
    await using opened = await startBlockSidecar({ 'a.yaml': waiting })
    assert.equal((await opened.call('GET', '/v1.0/configuration/config')).status, 500)
    await opened.put('z.yaml', fileStore(file))
    const items = async () => (await opened.call('GET', '/v1.0/configuration/config')).text
    await eventually(async () => (await items()) === '{"a":{"value":"1"}}')
    await writeSecrets(directory, { items: '{"a":"2"}' })
    await opened.put('z.yaml', fileStore(file, { name: 'nestedSeparator', value: '.' }))
    await eventually(async () => (await items()) === '{"a":{"value":"2"}}')
  })

  test('says what secretstores.kubernetes needs', async () => {
    const store = component('vault', 'secretstores.kubernetes')
    await assert.rejects(
      startBlockSidecar({ 'a.yaml': store }),
      /there is no Kubernetes here \(KUBERNETES_SERVICE_HOST is not set\)/,
    )
  })
})
