import { writeFile } from 'node:fs/promises'
import { eventually } from '../../support/eventually.ts'
import { freePorts } from '../../support/free-ports.ts'
import { startSpanReceiver } from '../../support/span-receiver.ts'
import { spawnCli } from '../../support/spawn-cli.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { startTestApp } from '../../support/test-app.ts'
import { tracing } from '../../support/test-sidecars.ts'
import { cpuUs, memoryOf } from '../measure/cpu-time.ts'
import { generateLoad } from '../measure/load-generator.ts'
import { formatTable } from '../measure/table.ts'

const FAST_RATE = 1_900
const SLOW_RATE = 100

/** One sidecar at 1 % under 2000 requests a second, one in twenty of them slow, with keep and without. */
export async function benchKeepMemory(seconds: number): Promise<string> {
  const rows: Record<string, string>[] = []
  const variants = {
    'keep off': '{}',
    'keep on, 16 MiB': '{ keep: { errors: true, slowerThan: 100ms, perSecond: 1000 } }',
    'keep on, 1 MiB':
      '{ keep: { errors: true, slowerThan: 100ms, perSecond: 1000, maxBytes: 1Mi } }',
  }
  for (const [name, sampling] of Object.entries(variants))
    rows.push(await run(name, sampling, seconds))
  return formatTable(rows)
}

async function run(
  name: string,
  sampling: string,
  seconds: number,
): Promise<Record<string, string>> {
  await using directory = await temporaryDirectory('sidelight-keep-')
  await using receiver = await startSpanReceiver()
  await using app = await startTestApp({
    handler(request, response) {
      request.resume()
      const answer = (): void => void response.writeHead(200, { 'content-length': 2 }).end('ok')
      if (request.url?.startsWith('/slow')) setTimeout(answer, 150)
      else answer()
      app.clear()
    },
  })
  const config = directory.file('tracing.yaml')
  await writeFile(
    config,
    tracing({ rate: '0.01', endpoint: receiver.url, extra: `sampling: ${sampling}` }),
  )
  const [http = 0, grpc = 0, internal = 0, metrics = 0] = await freePorts(4)
  await using sidecar = await spawnCli(
    [
      'sidecar',
      '--app-id=keep',
      `--app-port=${app.port}`,
      `--dapr-http-port=${http}`,
      `--dapr-grpc-port=${grpc}`,
      `--dapr-internal-grpc-port=${internal}`,
      `--metrics-port=${metrics}`,
      '--log-level=error',
      `--config=${config}`,
    ],
    { env: { SIDELIGHT_HOME: directory.path } },
  )
  const path = '/v1.0/invoke/keep/method'
  await eventually(async () => (await fetch(`http://127.0.0.1:${http}${path}/warm`)).ok)
  const request = (to: string): string => `GET ${path}${to} HTTP/1.1\r\nHost: keep\r\n\r\n`
  const cpuBefore = cpuUs(sidecar.pid)
  let heldBytes = 0
  let rssMb = 0
  const watch = setInterval(() => {
    rssMb = Math.max(rssMb, memoryOf(sidecar.pid).rssMb)
    void fetch(`http://127.0.0.1:${metrics}/metrics`)
      .then((page) => page.text())
      .then((page) => {
        heldBytes = Math.max(
          heldBytes,
          Number(/^sidelight_keep_held_bytes (\S+)/m.exec(page)?.[1] ?? 0),
        )
      })
  }, 500)
  const [fast, slow] = await Promise.all([
    generateLoad({ port: http, request: request('/fast'), rate: FAST_RATE, seconds }),
    generateLoad({ port: http, request: request('/slow'), rate: SLOW_RATE, seconds }),
  ])
  clearInterval(watch)
  const page = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()
  const kept = /keep_traces_total\{reason="slow"\} (\d+)/.exec(page)?.[1] ?? '0'
  const evicted = /^sidelight_keep_evicted_total (\d+)/m.exec(page)?.[1] ?? '0'
  const requests = fast.requests + slow.requests
  return {
    sidecar: name,
    'requests/s': (requests / seconds).toFixed(0),
    failed: String(fast.failures + slow.failures),
    'CPU µs/req': ((cpuUs(sidecar.pid) - cpuBefore) / requests).toFixed(0),
    'slow requests': String(slow.requests),
    'kept as slow': kept,
    'most held MB': (heldBytes / 1e6).toFixed(1),
    evicted,
    'most RSS MB': rssMb.toFixed(0),
  }
}
