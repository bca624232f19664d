import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import { freePorts } from '../../support/free-ports.ts'
import { openRaw } from '../../support/raw-http.ts'
import { startSpanReceiver } from '../../support/span-receiver.ts'
import { spawnCli } from '../../support/spawn-cli.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { startTestApp } from '../../support/test-app.ts'
import { tracingConfig } from '../invocation/chains.ts'
import { generateLoad } from '../measure/load-generator.ts'
import { formatSpread, spreadOf } from '../measure/spread.ts'

const RATE = 500

/**
 * Traffic flows while the sampling rate is edited to and fro between 1 and 0. When an edit took
 * hold is read from the spans: the first one after a 1, the last one after a 0.
 */
export async function benchReload({ edits = 20 } = {}): Promise<string> {
  await using directory = await temporaryDirectory('sidelight-bench-')
  await using receiver = await startSpanReceiver()
  await using app = await startTestApp()
  const config = directory.file('tracing.yaml')
  const edit = async (rate: number): Promise<void> => {
    // As editors do it: a whole new file takes the name.
    await writeFile(`${config}.new`, tracingConfig(receiver.port, rate))
    await rename(`${config}.new`, config)
  }
  await edit(0)
  const [http = 0, grpc = 0, internal = 0, metrics = 0] = await freePorts(4)
  await using sidecar = await spawnCli(
    [
      'sidecar',
      '--app-id=reload',
      `--app-port=${app.port}`,
      `--dapr-http-port=${http}`,
      `--dapr-grpc-port=${grpc}`,
      `--dapr-internal-grpc-port=${internal}`,
      `--metrics-port=${metrics}`,
      `--config=${config}`,
    ],
    { env: { SIDELIGHT_HOME: directory.path, OTEL_BSP_SCHEDULE_DELAY: '100' } },
  )
  const path = '/v1.0/invoke/reload/method'
  await eventually(async () => (await fetch(`http://127.0.0.1:${http}${path}/warm`)).ok)
  const listening = listeners(sidecar.pid)

  await using stream = await openRaw(http)
  await stream.send(`GET ${path}/sse HTTP/1.1\r\nHost: reload\r\n\r\n`)
  await app.waitFor(() => app.streams.size === 1)

  const load = generateLoad({
    port: http,
    request: `GET ${path}/status?code=204 HTTP/1.1\r\nHost: reload\r\n\r\n`,
    rate: RATE,
    seconds: edits + 2,
  })
  await pause(1000)
  const edited: { readonly rate: number; readonly atUs: number }[] = []
  for (let i = 0; i < edits; i++) {
    const rate = i % 2 === 0 ? 1 : 0
    edited.push({ rate, atUs: nowUs() })
    await edit(rate)
    await pause(1000)
  }
  const { requests, failures } = await load
  app.push('still here')
  await eventually(() => stream.pending.includes('still here'))
  const kept = listeners(sidecar.pid)
  // The exporter's last batch.
  await pause(500)

  const delays = tookHold(edited, spanTimes(receiver.spans), nowUs())
  const late = delays.filter((ms) => ms > 1000).length
  return [
    `- ${requests} requests at ${RATE} a second, ${failures} failed, while the rate was edited ${edits} times between 1 and 0`,
    `- an edit took hold after ${formatSpread(spreadOf(delays))} ms, ${late} of ${delays.length} later than 1 s`,
    `- ${receiver.spans.length} spans received; same process: ${sidecar.exited === undefined}; same listening sockets: ${kept === listening} (${kept.split(' ').length})`,
    '- the event stream opened before the first edit took an event after the last one',
  ].join('\n')
}

const nowUs = (): number => (performance.timeOrigin + performance.now()) * 1000

const spanTimes = (spans: readonly { readonly timestamp?: number }[]): number[] =>
  spans.flatMap(({ timestamp }) => timestamp ?? []).sort((a, b) => a - b)

/** Milliseconds from each edit to the first (rate 1) or last (rate 0) span of its time. */
function tookHold(
  edited: readonly { readonly rate: number; readonly atUs: number }[],
  times: readonly number[],
  endUs: number,
): number[] {
  return edited.map(({ rate, atUs }, i) => {
    const untilUs = edited[i + 1]?.atUs ?? endUs
    const within = times.filter((at) => at >= atUs && at < untilUs)
    if (rate === 0) return ((within.at(-1) ?? atUs) - atUs) / 1000
    return within[0] === undefined ? Number.POSITIVE_INFINITY : (within[0] - atUs) / 1000
  })
}

/** The kernel's numbers of the process's listening sockets. */
function listeners(pid: number): string {
  const LISTEN = '0A'
  const open = new Set(
    ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter((fields) => fields[3] === LISTEN)
        .map((fields) => fields[9]),
    ),
  )
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1])
    .filter((inode) => inode !== undefined && open.has(inode))
    .sort()
    .join(' ')
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return '' // Closed while we looked.
  }
}
