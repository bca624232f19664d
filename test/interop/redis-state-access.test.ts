import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { createLogger, formatJson } from '../../src/base/logger.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-ports.ts'
import { openStateStore, textOf, writeOf } from '../support/open-state-store.ts'
import { startRedis } from '../support/real-redis.ts'
import { selfSign } from '../support/self-signed.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const SECRET = 'planted-Secret-7c1'

const open = (metadata: Record<string, string>, lines: string[] = []) =>
  openStateStore('state.redis', metadata, {
    timeoutMs: 2000,
    log: createLogger({
      level: 'debug',
      format: formatJson,
      fields: {},
      nowUs: () => 0,
      write: (line) => lines.push(line),
    }),
  })

/** What a failed open says, in every depth of the error and in the log. */
async function refusal(metadata: Record<string, string>): Promise<string> {
  const lines: string[] = []
  try {
    const store = await open(metadata, lines)
    await store[Symbol.asyncDispose]()
  } catch (error) {
    assert.equal((error as { code?: unknown }).code, 'STATE_UNAVAILABLE')
    return inspect(error, { depth: 20, showHidden: true }) + lines.join('\n')
  }
  throw new Error('it was opened')
}

describe('state.redis and who may use Redis', () => {
  test('logs in by a password, and never shows one that is wrong', async function () {
    await using redis = await startRedis(this, { password: SECRET })
    const redisHost = redis.address
    await using store = await open({ redisHost, redisPassword: SECRET })
    await store.set(writeOf('a', 'one'))
    const wrong = `${SECRET}-wrong`
    for (const [metadata, words] of [
      [{ redisPassword: wrong }, /refused the user name or the password: check redisUsername/],
      [{ redisPassword: wrong, redisUsername: 'nobody' }, /refused the user name or the password/],
      [{}, /asks for a password: set redisPassword/],
      [{ redisDB: '2' }, /asks for a password: set redisPassword/],
    ] as const) {
      const said = await refusal({ redisHost, ...metadata })
      assert.match(said, words)
      assert.ok(!said.includes(SECRET), said)
    }
  })

  test('never shows a password that Redis repeats in its answer', async function () {
    await using redis = await startRedis(this, { args: ['--rename-command', 'AUTH', ''] })
    const said = await refusal({ redisHost: redis.address, redisPassword: SECRET })
    assert.match(said, /Redis refused a command \(ERR\)/)
    assert.ok(!said.includes(SECRET), said)
  })

  test('says that Redis has no password when one is given', async function () {
    await using redis = await startRedis(this)
    const said = await refusal({ redisHost: redis.address, redisPassword: SECRET })
    assert.match(said, /this Redis has no password: remove redisPassword/)
    assert.ok(!said.includes(SECRET), said)
  })

  test('logs in as a user, and says what the user lacks', async function () {
    await using redis = await startRedis(this)
    const rights = ['+@connection', '+@scripting', '+@hash', '+@string', '+del', '+expire']
    const user = ['on', `>${SECRET}`, '~orders*', ...rights, '+persist', '+info', '+wait']
    await redis.command('ACL', 'SETUSER', 'shop', ...user)
    const credentials = { redisUsername: 'shop', redisPassword: SECRET }
    await using store = await open({ redisHost: redis.address, ...credentials })
    await store.set(writeOf('orders||1', 'one', { ttlSeconds: 100, consistency: 'strong' }))
    assert.equal(await textOf(store, 'orders||1'), 'one')
    await assert.rejects(store.set(writeOf('others||1', 'one')), {
      code: 'STATE_UNAVAILABLE',
      message: /lacks a permission/,
    })
  })

  test('says why it has no connection when the password changes, and comes back', async function () {
    await using redis = await startRedis(this)
    await redis.command('ACL', 'SETUSER', 'shop', 'on', `>${SECRET}`, '~*', '+@all')
    const lines: string[] = []
    const credentials = { redisUsername: 'shop', redisPassword: SECRET, redisMaxRetries: '0' }
    await using store = await open({ redisHost: redis.address, ...credentials }, lines)
    await redis.command('ACL', 'SETUSER', 'shop', 'resetpass', '>another')
    await redis.command('CLIENT', 'KILL', 'USER', 'shop')
    await eventually(async () => {
      await assert.rejects(textOf(store, 'a'), {
        code: 'STATE_UNAVAILABLE',
        message: /^no connection to Redis at .*refused the user name or the password/,
      })
      return true
    })
    await redis.command('ACL', 'SETUSER', 'shop', `>${SECRET}`)
    await eventually(async () => (await textOf(store, 'a')) === undefined)
    const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
    assert.deepEqual(messages, [
      'the connection to Redis broke (SocketClosedUnexpectedlyError); connecting again',
      'connected to Redis again',
    ])
    assert.ok(!lines.join('').includes(SECRET))
  })

  test('asks Sentinels for the master, and follows a failover', async function () {
    this.timeout(60_000)
    const fast = ['--repl-diskless-sync-delay', '0']
    await using master = await startRedis(this, { args: fast })
    const follow = ['--replicaof', '127.0.0.1', String(master.port), ...fast]
    await using replica = await startRedis(this, { args: follow })
    await eventually(async () =>
      String(await replica.command('INFO', 'replication')).includes('master_link_status:up'),
    )
    await using sentinel = await startRedis(this, { sentinel: true })
    await sentinel.command('SENTINEL', 'MONITOR', 'shop', '127.0.0.1', String(master.port), '1')
    await sentinel.command('SENTINEL', 'SET', 'shop', 'down-after-milliseconds', '300')
    await sentinel.command('SENTINEL', 'SET', 'shop', 'failover-timeout', '3000')
    await eventually(
      async () => {
        const replicas = (await sentinel.command('SENTINEL', 'REPLICAS', 'shop')) as unknown[]
        return replicas.length === 1
      },
      { deadlineMs: 20_000 },
    )
    const metadata = { redisHost: sentinel.address, failover: 'true', sentinelMasterName: 'shop' }
    await using store = await open(metadata)
    await store.set(writeOf('a', 'one', { consistency: 'strong' }))
    await master.stop()
    await eventually(
      async () => {
        await store.set(writeOf('a', 'two'))
        return true
      },
      { deadlineMs: 30_000, intervalMs: 200 },
    )
    assert.equal(await replica.command('HGET', 'a', 'data'), 'two')
  })

  test('speaks TLS, with a certificate of its own where Redis asks for one', async function () {
    await using directory = await temporaryDirectory()
    const names = ['IP:127.0.0.1', 'DNS:localhost']
    const { certFile: cert, keyFile: key } = await selfSign(this, directory, names)
    const tlsPort = String(await freePort())
    const tlsFiles = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert]
    await using _redis = await startRedis(this, { args: ['--tls-port', tlsPort, ...tlsFiles] })
    const certificate = await readFile(cert, 'utf8')
    const own = { clientCert: certificate, clientKey: await readFile(key, 'utf8') }
    const metadata = { redisHost: `localhost:${tlsPort}`, enableTLS: 'true', ...own }

    for (const trust of [{ caCert: certificate }, { insecureSkipTLSVerify: 'true' }]) {
      await using store = await open({ ...metadata, ...trust })
      await store.set(writeOf('a', 'one'))
      assert.equal(await textOf(store, 'a'), 'one')
    }
    const said = await refusal(metadata)
    assert.match(said, /the certificate of Redis is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/)
    assert.ok(!said.includes('PRIVATE KEY'), said)
    const plain = await refusal({ redisHost: `localhost:${tlsPort}` })
    assert.match(plain, /no connection to Redis/)
  })

  for (const [title, metadata, words] of [
    ['no address', { redisHost: 'a:b:c' }, /redisHost is no address/],
    ['Entra ID', { redisHost: 'a', useEntraID: 'true' }, /not supported/],
    ['Sentinels without a name', { redisHost: 'a', failover: 'true' }, /sentinelMasterName/],
    ['a numbered Cluster', { redisHost: 'a', redisType: 'cluster', redisDB: '1' }, /database 0/],
  ] as const)
    test(`refuses ${title}`, async () => {
      assert.match(await refusal(metadata), words)
    })

  test('says that a server is no Cluster, and a Cluster no server', async function () {
    await using redis = await startRedis(this)
    const said = await refusal({ redisHost: redis.address, redisType: 'cluster' })
    assert.match(said, /this Redis is no Cluster: set redisType: node/)
    await using node = await startRedis(this, {
      args: ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())],
    })
    await node.command('CLUSTER', 'ADDSLOTSRANGE', '0', '100')
    await using store = await open({ redisHost: node.address, redisMaxRetries: '0' })
    await assert.rejects(store.set(writeOf('a', 'one')), {
      code: 'STATE_UNAVAILABLE',
      message: /Cluster/,
    })
  })
})
