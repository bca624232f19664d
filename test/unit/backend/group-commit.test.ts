import assert from 'node:assert/strict'
import { GroupCommit } from '../../../src/backend/store/disk/group-commit.ts'
import { decodeLog } from '../../../src/backend/store/disk/log-file.ts'
import { createSystemClock } from '../../../src/base/clock.ts'
import { silentLogger } from '../../../src/base/logger.ts'
import { createForgetfulFiles } from './forgetful-files.ts'

const batchOf = (body: Buffer) => ({ spans: [], body, ranges: new Int32Array() })

async function openCommit() {
  const files = createForgetfulFiles()
  const file = await files.open('/data/log', 'append')
  let syncs = 0
  let release: (() => void) | undefined
  const held = {
    ...file,
    async sync() {
      syncs++
      if (syncs === 1)
        await new Promise<void>((resolve) => {
          release = resolve
        })
      await file.sync()
    },
  }
  const safe: string[] = []
  const commit = new GroupCommit(held, 0, {
    clock: createSystemClock(),
    directory: '/data',
    onSafe: ({ body }) => safe.push(body.subarray(0, 8).toString()),
    onPause: undefined,
    onSync: undefined,
    log: silentLogger,
  })
  return {
    commit,
    safe,
    syncs: () => syncs,
    release: () => release?.(),
    log: () => decodeLog(files.content('log') ?? Buffer.alloc(0)).bodies,
  }
}

/** Long enough for everything that does not wait for the disk. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('GroupCommit', () => {
  test('tells nobody before the sync has returned, then all who waited by one more sync', async () => {
    const { commit, safe, syncs, release, log } = await openCommit()
    const first = commit.append(batchOf(Buffer.from('first')))
    await settle()
    const rest = ['second', 'third', 'fourth'].map((text) =>
      commit.append(batchOf(Buffer.from(text))),
    )
    await settle()
    assert.deepEqual([safe, syncs(), log().length], [[], 1, 0])
    release()
    await first
    await Promise.all(rest)
    assert.deepEqual(safe, ['first', 'second', 'third', 'fourth'])
    assert.equal(syncs(), 2)
    assert.deepEqual(log().map(String), safe)
  })

  test('refuses, to be tried again, when too much waits, and takes more when it has drained', async () => {
    const { commit, release, safe } = await openCommit()
    const large = Buffer.alloc(40 * 1024 ** 2, 'x')
    const first = commit.append(batchOf(large))
    await settle()
    await assert.rejects(() => commit.append(batchOf(large)), {
      code: 'TRACE_STORE_OVERLOADED',
      retryable: true,
    })
    release()
    await first
    await commit.append(batchOf(Buffer.from('later')))
    assert.equal(safe.length, 2)
  })

  test('writes what waits before it closes, and takes nothing after', async () => {
    const { commit, release, safe } = await openCommit()
    const last = commit.append(batchOf(Buffer.from('last')))
    await settle()
    const closing = commit.close()
    release()
    await Promise.all([last, closing])
    assert.deepEqual(safe, ['last'])
    await assert.rejects(() => commit.append(batchOf(Buffer.from('late'))), {
      code: 'TRACE_STORE_BROKEN',
    })
  })
})
