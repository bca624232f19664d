import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { encodeZipkinSpans } from '../../src/wire/zipkin-json.ts'
import { startProgram } from '../support/child-program.ts'
import { requirePartner } from '../support/partners.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { disk, START_US, startBackend } from './backend-fixture.ts'

const PROGRAM = ['--import', 'tsx', 'test/e2e/backend-program.ts']

const idOf = (trace: number): string => `f${trace.toString(16).padStart(15, '0')}`

/** A batch of ten spans of one trace. */
const batch = (trace: number): string =>
  encodeZipkinSpans(
    Array.from({ length: 10 }, (_, n) => ({
      traceId: idOf(trace),
      id: (n + 1).toString(16).padStart(16, '0'),
      timestamp: START_US + trace * 1000,
      duration: 1000,
      localEndpoint: { serviceName: 'shop' },
      tags: { 'http.path': `/items/${trace}/${n}` },
    })),
  )

const postTo = async (port: number, body: string): Promise<number> => {
  const url = `http://127.0.0.1:${port}/api/v2/spans`
  const response = await fetch(url, { method: 'POST', body })
  await response.arrayBuffer()
  return response.status
}

describe('backend: durability', function () {
  this.timeout(60_000)

  test('loses no acknowledged span when it is killed during ingest', async () => {
    await using directory = await temporaryDirectory()
    const acknowledged: number[] = []
    for (let round = 0; round < 2; round++) {
      await using program = await startProgram(process.execPath, [...PROGRAM, directory.path])
      const [, port = ''] = await program.waitForLine(/listening on (\d+)/)
      let next = round * 100_000
      const send = async (): Promise<void> => {
        for (;;) {
          const trace = next++
          try {
            if ((await postTo(Number(port), batch(trace))) !== 202) return
          } catch {
            return
          }
          acknowledged.push(trace)
          if (acknowledged.length === (round + 1) * 300) program.kill('SIGKILL')
        }
      }
      await Promise.all(Array.from({ length: 8 }, send))
      await program.exit
    }
    await using backend = await startBackend({ store: disk(directory.path) })
    for (const trace of acknowledged) {
      const spans = (await backend.getJson(`/api/v2/trace/${idOf(trace)}`)) as unknown[]
      assert.equal(spans.length, 10, `trace ${trace}`)
    }
    assert.ok(acknowledged.length >= 600)
  })

  test('answers 202 only after fdatasync of the log has returned', async function () {
    const strace = requirePartner(this, 'strace')
    await using directory = await temporaryDirectory()
    const trace = directory.file('strace.txt')
    const calls = 'trace=fdatasync,write,writev,pwritev,pwrite64,openat'
    const options = ['-f', '-y', '-s', '400', '-e', calls, '-o', trace]
    const data = directory.file('data')
    await using program = await startProgram(strace, [
      ...options,
      process.execPath,
      ...PROGRAM,
      data,
    ])
    const line = /listening on (\d+) as (\d+)/
    const [, port = '', pid = ''] = await program.waitForLine(line, { deadlineMs: 30_000 })
    for (let n = 0; n < 3; n++) assert.equal(await postTo(Number(port), batch(n)), 202)
    process.kill(Number(pid), 'SIGKILL')
    await program.exit
    const lines = (await readFile(trace, 'utf8')).split('\n')
    let syncs = 0
    let answers = 0
    for (const line of lines) {
      // A call of another thread is written in two lines; the second one is its return.
      const isSync = /fdatasync\(.*wal-\d+\.log.*\) *= 0|<\.\.\. fdatasync resumed>\) *= 0/.test(
        line,
      )
      if (isSync) syncs++
      if (line.includes('HTTP/1.1 202')) {
        answers++
        assert.ok(syncs >= answers, `answer ${answers} was written after ${syncs} syncs`)
      }
    }
    assert.equal(answers, 3)
  })

  test('names a data directory that it may not write, and one that is a file', async () => {
    await using directory = await temporaryDirectory()
    await assert.rejects(() => startBackend({ store: disk('/dev/null/data') }), {
      code: 'TRACE_STORE_DIRECTORY',
      message: /\/dev\/null\/data .*choose another/,
    })
    // Root may write anywhere.
    if (process.getuid?.() === 0) return
    const closed = directory.file('closed')
    await mkdir(closed)
    await chmod(closed, 0o555)
    await assert.rejects(() => startBackend({ store: disk(closed) }), {
      code: 'TRACE_STORE_DIRECTORY',
    })
  })

  test('refuses a directory that another process uses, and takes it over when that is dead', async () => {
    await using directory = await temporaryDirectory()
    {
      await using program = await startProgram(process.execPath, [...PROGRAM, directory.path])
      await program.waitForLine(/listening on (\d+)/)
      await assert.rejects(() => startBackend({ store: disk(directory.path) }), {
        code: 'TRACE_STORE_IN_USE',
        message: new RegExp(`process ${program.pid}`),
      })
    }
    await using backend = await startBackend({ store: disk(directory.path) })
    assert.equal((await backend.post(batch(1))).status, 202)
  })

  test('refuses with Retry-After on a full disk, keeps what it has, and goes on when there is room', async function () {
    requirePartner(this, 'root')
    await using directory = await temporaryDirectory()
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory.path])
    if (mount.status !== 0 && process.env.SIDELIGHT_REQUIRE !== 'all') this.skip()
    assert.equal(mount.status, 0, String(mount.stderr))
    try {
      await using backend = await startBackend({ store: disk(directory.path) })
      let stored = 0
      let answer = await backend.post(batch(stored))
      while (answer.status === 202) {
        stored++
        answer = await backend.post(batch(stored))
      }
      assert.equal(answer.status, 503)
      assert.equal(answer.headers.get('retry-after'), '1')
      assert.match(answer.text, /the disk is full for .*nothing of this batch is stored/)
      assert.equal((await backend.get('/health')).status, 503)
      assert.equal((await backend.get(`/api/v2/trace/${idOf(stored)}`)).status, 404)
      assert.equal((await backend.get(`/api/v2/trace/${idOf(stored - 1)}`)).status, 200)
      assert.match(
        (await backend.get('/metrics')).text,
        /sidelight_backend_dropped_messages_total\{reason="disk_full"\} 1/,
      )
      spawnSync('mount', ['-o', 'remount,size=2m', directory.path])
      assert.equal((await backend.post(batch(stored))).status, 202)
      assert.equal((await backend.get('/health')).status, 200)
    } finally {
      spawnSync('umount', ['-l', directory.path])
    }
  })
})
