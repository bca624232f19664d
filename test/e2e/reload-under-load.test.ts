import assert from 'node:assert/strict'
import { runReload } from '../bench/reload/reload-run.ts'
import { eventually } from '../support/eventually.ts'
import type { Metadata } from '../support/test-sidecars.ts'

const EDITS = 20
const PROBES = 10

describe('twenty edits under load', () => {
  test('fail no request, keep process, sockets and streams, and the rate holds from its acknowledgement on', async function () {
    this.timeout(60_000)
    const url = (port: number, path: string) => `http://127.0.0.1:${port}/v1.0/${path}`
    const run = await runReload({
      requestsPerSecond: 500,
      edits: EDITS,
      async afterEdit(port, edit) {
        const rate = edit % 2 === 0 ? 1 : 0
        await eventually(async () => {
          const metadata = (await (await fetch(url(port, 'metadata'))).json()) as Metadata
          return metadata.sidelight.configuration.generation === edit + 2
        })
        for (let i = 0; i < PROBES; i++) {
          const answer = await fetch(url(port, 'invoke/reload/method/status?code=204'))
          const context = answer.headers.get('traceparent')
          assert.match(String(context), rate === 1 ? /-01$/ : /-00$/)
        }
      },
      beforeEnd: async () => undefined,
    })
    assert.ok(run.requests > 0)
    assert.equal(run.failures, 0)
    assert.equal(run.isSameProcess, true)
    assert.equal(run.listening[1], run.listening[0])
    assert.ok(run.spanTimesUs.length >= (EDITS / 2) * PROBES)
  })
})
