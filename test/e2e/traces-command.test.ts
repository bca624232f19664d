import assert from 'node:assert/strict'
import { createSystemClock } from '../../src/base/clock.ts'
import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'
import { eventually } from '../support/eventually.ts'
import { requirePartner } from '../support/partners.ts'
import { CLI, spawnCli } from '../support/spawn-cli.ts'
import { openTerminal } from '../support/tmux.ts'
import { startBackend } from './backend-fixture.ts'

const idOf = (i: number): string => `abc${i}`.padStart(32, '0')
const nowUs = (): number => Math.round(createSystemClock().nowUs())

const spansOf = (i: number, more: Partial<ZipkinSpan> = {}): ZipkinSpan[] => [
  {
    traceId: idOf(i),
    id: `a${i}`.padStart(16, '0'),
    name: 'calllocal/orders/checkout',
    kind: 'SERVER',
    timestamp: nowUs() - 1_000_000 + i,
    duration: 50_000,
    localEndpoint: { serviceName: 'orders' },
    ...more,
  },
  {
    traceId: idOf(i),
    id: `b${i}`.padStart(16, '0'),
    parentId: `a${i}`.padStart(16, '0'),
    name: 'set statestore',
    timestamp: nowUs() - 990_000,
    duration: 2_000,
    localEndpoint: { serviceName: 'orders' },
  },
]

describe('sidelight traces', function () {
  this.timeout(30_000)

  async function withBackend(
    use: (
      run: (...args: string[]) => Promise<{ code: number | null; out: string; err: string }>,
      post: (...spans: readonly ZipkinSpan[]) => Promise<void>,
      url: string,
    ) => Promise<void>,
  ): Promise<void> {
    await using backend = await startBackend()
    const url = `http://127.0.0.1:${backend.port}`
    await use(
      async (...args) => {
        const program = await spawnCli(['traces', `--backend=${url}`, ...args])
        const { code } = await program.exit
        return { code, out: program.stdout, err: program.stderr }
      },
      async (...spans) => {
        const body = JSON.stringify(spans)
        const headers = { 'content-type': 'application/json' }
        const answer = await fetch(`${url}/api/v2/spans`, { method: 'POST', headers, body })
        assert.equal(answer.status, 202)
      },
      url,
    )
  }

  test('lists the newest, finds by Zipkin’s terms, and shows one', () =>
    withBackend(async (run, post) => {
      const failed = { tags: { error: 'sold out', 'dapr.status_code': '500' } }
      await post(...spansOf(1), ...spansOf(2, failed), ...spansOf(3, { duration: 900_000 }))
      const all = await run()
      assert.equal(all.code, 0, all.err)
      assert.match(
        all.out,
        /^STARTED .*\n.*900ms +2 +- +orders: calllocal\/orders\/checkout .*abc3\n(.*\n){2}$/,
      )
      assert.match((await run('--query', 'error')).out, /^STARTED .*\n.* 2 +1 .*abc2\n$/)
      assert.match((await run('--min-duration', '500ms')).out, /^STARTED .*\n.*abc3\n$/)
      assert.match((await run('--service', 'orders', '--limit', '1')).out, /^STARTED .*\n.*\n$/)
      const one = await run(idOf(2).slice(-16))
      assert.match(
        one.out,
        /abc2 {2}.* 50ms {2}2 spans {2}1 service {2}1 error\n\norders: calllocal/,
      )
      assert.match(one.out, /█.*✘ sold out\n└ orders: set statestore +2ms +█+\n$/)
      const spans = JSON.parse((await run('--json', idOf(2))).out)
      assert.equal(spans.length, 2)
      assert.equal(JSON.parse((await run('--json', '-q', 'error')).out).length, 1)
    }))

  test('says what is missing or wrong, with an exit code for each', () =>
    withBackend(async (run) => {
      const none = await run('--service', 'nobody')
      assert.deepEqual([none.code, none.out], [1, ''])
      assert.match(none.err, /no such trace in the last 15 min; --last looks further back/)
      const gone = await run('abc')
      assert.equal(gone.code, 1)
      assert.match(gone.err, /has no trace abc/)
      const wrong = await run('not-an-id')
      assert.equal(wrong.code, 2)
      assert.match(wrong.err, /one trace id is needed.*\(seen "not-an-id"\)/)
      const refused = await run('--max-duration', '5ms')
      assert.equal(refused.code, 2)
      assert.match(refused.err, /answered 400/)
      const nobody = await run('--backend=http://127.0.0.1:1')
      assert.equal(nobody.code, 2)
      assert.match(nobody.err, /no trace backend answers at http:\/\/127\.0\.0\.1:1/)
    }))

  test('follows: each trace once, when it has come whole', () =>
    withBackend(async (_, post, url) => {
      await using program = await spawnCli(['traces', '--follow', `--backend=${url}`])
      await program.waitForLine(/^STARTED/)
      await post(...spansOf(4, { timestamp: nowUs() }))
      await program.waitForLine(/abc4$/m)
      await post(...spansOf(5, { timestamp: nowUs() }))
      await program.waitForLine(/abc5$/m)
      assert.equal(program.stdout.match(/abc4$/gm)?.length, 1)
      assert.equal((await program.stop('SIGINT')).code, 0)
    }))

  for (const columns of [80, 120])
    test(`fits into a terminal of ${columns} columns`, function () {
      requirePartner(this, 'tmux')
      return withBackend(async (_, post, url) => {
        await post(...spansOf(1, { name: 'a-very-long-name/'.repeat(9) }), ...spansOf(2))
        const command = `${process.execPath} ${CLI} traces --backend=${url}`
        using list = openTerminal(`${command}; sleep 60`, { columns, rows: 10 })
        const [head, ...rows] = await eventually(() => {
          const lines = list.screen()
          return lines.length === 3 && lines
        })
        assert.match(head ?? '', /^STARTED +DURATION +SPANS .*TRACE ID$/)
        for (const row of rows) assert.match(row, / [0-9a-f]{16,32}$/)
        using tree = openTerminal(`${command} ${idOf(1)}; sleep 60`, { columns, rows: 10 })
        const lines = await eventually(() => {
          const lines = tree.screen()
          return lines.length === 4 && lines
        })
        assert.match(lines[2] ?? '', /^orders: a-very-long-name.*… {2}/)
        assert.match(lines[3] ?? '', /^└ orders: set statestore/)
      })
    })
})
