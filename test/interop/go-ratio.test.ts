import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isTraceIdSampled } from '../../src/telemetry/index.ts'
import { requirePartner } from '../support/partners.ts'

const VECTORS = new URL('./vectors/go-ratio/decisions.txt', import.meta.url)
const PROGRAM = fileURLToPath(new URL('./vectors/go-ratio/main.go', import.meta.url))

describe('isTraceIdSampled beside Go [opentelemetry-go: TraceIDRatioBased]', () => {
  test('decides as Go does, at the edges of each rate and for a thousand ids', async () => {
    const [, rateLine = '', ...rows] = (await readFile(VECTORS, 'utf8')).trimEnd().split('\n')
    const rates = rateLine.split(' ').slice(1).map(Number)
    assert.ok(rates.length > 20 && rows.length > 1000)
    for (const row of rows) {
      const [traceId = '', decisions = ''] = row.split(' ')
      const ours = rates.map((rate) => (isTraceIdSampled(traceId, rate) ? '1' : '0')).join('')
      assert.equal(ours, decisions, traceId)
    }
  })

  test('has the vectors that the Go program prints today', async function () {
    this.timeout(90_000)
    const go = requirePartner(this, 'go')
    const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '', GO111MODULE: 'off' }
    const { stdout } = await promisify(execFile)(go, ['run', PROGRAM], { env })
    assert.equal(stdout, await readFile(VECTORS, 'utf8'))
  })
})
