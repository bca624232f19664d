import assert from 'node:assert/strict'
import { startProgram } from '../../support/child-program.ts'
import { eventually } from '../../support/eventually.ts'
import { freePorts } from '../../support/free-ports.ts'
import { startPrometheus } from '../../support/real-prometheus.ts'
import { realZipkin } from '../../support/real-zipkin.ts'
import { startTestApp } from '../../support/test-app.ts'

describe('real programs', () => {
  test('are watched line by line and stopped', async () => {
    const script = 'console.log("one"); console.error("ready on 7"); setInterval(() => 0, 1e6)'
    await using program = await startProgram(process.execPath, ['-e', script])
    assert.equal((await program.waitForLine(/^ready on (\d)$/))[1], '7')
    assert.equal((await program.stop('SIGTERM')).signal, 'SIGTERM')
    await assert.rejects(program.waitForLine(/never/), /before it ended/)
  })

  test('name what could not be started', async () => {
    await assert.rejects(startProgram('/no/such/program', []), /cannot start/)
  })

  test('get ports of their own', async () => {
    const ports = await freePorts(20)
    assert.equal(new Set(ports).size, 20)
  })

  test('include Prometheus', async function () {
    this.timeout(60_000)
    await using app = await startTestApp({
      handler: (_request, response) => void response.end('parcels_total{shop="a"} 3\n'),
    })
    await using prometheus = await startPrometheus(this, { targets: [`127.0.0.1:${app.port}`] })
    const sample = await eventually(async () => (await prometheus.query('parcels_total'))[0], {
      deadlineMs: 30_000,
    })
    assert.equal(sample.value[1], '3')
    assert.equal(sample.metric.shop, 'a')
    await assert.rejects(prometheus.query('(('), /parse error/)
  })

  test('include Zipkin', async function () {
    this.timeout(60_000)
    const { url } = await realZipkin(this)
    // Shared by the run: other tests may have left their services there.
    assert.ok(Array.isArray(await (await fetch(`${url}/api/v2/services`)).json()))
  })
})
