import assert from 'node:assert/strict'
import { codeOf } from '../../src/base/fault.ts'
import type { LockStore } from '../../src/components/lock/index.ts'
import { eventually } from '../support/eventually.ts'
import { openLockStore } from '../support/open-lock-store.ts'
import { type RealRedis, startRedis } from '../support/real-redis.ts'

const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always']
const connect = (redis: RealRedis, metadata: Record<string, string> = {}): Promise<LockStore> =>
  openLockStore('lock.redis', { redisHost: redis.address, ...metadata })
const lockOf = (key: string, owner: string) => ({ key, owner, expiryMs: 60_000 })

describe('lock.redis when Redis fails', () => {
  test('gives no lock twice when Redis is killed amid 300 tries', async function () {
    this.timeout(30_000)
    await using redis = await startRedis(this, { args: DURABLE })
    await using store = await connect(redis)
    const owners = new Map<string, string[]>()
    let restarted: Promise<void> | undefined
    let got = 0
    const tryOne = async (n: number): Promise<void> => {
      const [key, owner] = [`lock-${n % 100}`, `owner-${n}`]
      try {
        if (!(await store.tryLock(lockOf(key, owner)))) return
        owners.set(key, [...(owners.get(key) ?? []), owner])
        if (++got === 30) restarted = redis.stop('SIGKILL').then(() => redis.start())
      } catch (error) {
        assert.match(codeOf(error) ?? '', /^LOCK_(OUTCOME_UNKNOWN|UNAVAILABLE)$/)
      }
    }
    let next = 0
    const work = async (): Promise<void> => {
      while (next < 300) await tryOne(next++)
    }
    await Promise.all(Array.from({ length: 10 }, work))
    await restarted
    assert.ok(got >= 30)
    await eventually(async () => {
      await store.tryLock(lockOf('again', 'me'))
      return true
    })
    for (const [key, all] of owners) {
      assert.equal(all.length, 1, `${key} was given to ${all.join()}`)
      assert.equal(await redis.command('GET', key), all[0], 'an acknowledged lock is held')
    }
  })

  test('says that the outcome is unknown when no answer comes, and tries nothing twice', async function () {
    await using redis = await startRedis(this)
    await using store = await connect(redis, { readTimeout: '200ms' })
    await store.tryLock(lockOf('held', 'me'))
    redis.freeze()
    const calls = [store.tryLock(lockOf('new', 'me')), store.unlock({ key: 'held', owner: 'me' })]
    for (const settled of await Promise.allSettled(calls)) {
      assert.equal(settled.status, 'rejected')
      assert.equal(codeOf((settled as PromiseRejectedResult).reason), 'LOCK_OUTCOME_UNKNOWN')
    }
    redis.thaw()
    await eventually(async () => (await store.unlock({ key: 'held', owner: 'me' })) === 'missing')
    assert.equal(await redis.command('GET', 'new'), 'me')
  })

  test('says that Redis is down, and comes back with it', async function () {
    await using redis = await startRedis(this)
    await using store = await connect(redis, { redisMaxRetries: '0' })
    await redis.stop()
    await eventually(async () => {
      await assert.rejects(
        store.tryLock(lockOf('planted-key', 'planted-owner')),
        (error: Error) => {
          assert.equal(codeOf(error), 'LOCK_UNAVAILABLE')
          assert.doesNotMatch(error.message, /planted/)
          return true
        },
      )
      return true
    })
    await redis.start()
    await eventually(() => store.tryLock(lockOf('a', 'me')))
  })

  test('names a wrong password, and never prints it', async function () {
    await using redis = await startRedis(this, { password: 'right' })
    const secret = 'planted-password'
    await assert.rejects(connect(redis, { redisPassword: secret }), (error: Error) => {
      assert.match(error.message, /refused the user name or the password/)
      assert.ok(!`${error.stack}${String(error.cause)}`.includes(secret))
      return true
    })
  })
})
