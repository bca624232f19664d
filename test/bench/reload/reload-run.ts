import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { eventually } from '../../support/eventually.ts'
import { freePorts } from '../../support/free-ports.ts'
import { openRaw } from '../../support/raw-http.ts'
import { startSpanReceiver } from '../../support/span-receiver.ts'
import { spawnCli } from '../../support/spawn-cli.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { startTestApp } from '../../support/test-app.ts'
import { tracingConfig } from '../invocation/chains.ts'
import { generateLoad } from '../measure/load-generator.ts'

export interface ReloadRun {
  readonly requests: number
  readonly failures: number
  readonly edits: readonly Edit[]
  /** Start of each span at the receiver, ascending. */
  readonly spanTimesUs: readonly number[]
  readonly endUs: number
  readonly isSameProcess: boolean
  /** The kernel's numbers of the listening sockets, before and after. */
  readonly listening: readonly [before: string, after: string]
}

export interface Edit {
  readonly rate: number
  readonly atUs: number
}

export interface ReloadOptions {
  readonly requestsPerSecond: number
  readonly edits: number
  /** Called with the sidecar's API port and the edit's number after each edit; the next one waits for it. */
  readonly afterEdit: (port: number, edit: number) => Promise<unknown>
  /** Called before the load ends, so that the last batch of spans is in. */
  readonly beforeEnd: () => Promise<unknown>
}

/** Traffic flows and an event stream stays open while the sampling rate is edited to and fro between 1 and 0. */
export async function runReload(options: ReloadOptions): Promise<ReloadRun> {
  await using directory = await temporaryDirectory('sidelight-reload-')
  await using receiver = await startSpanReceiver()
  await using app = await startTestApp()
  const config = directory.file('tracing.yaml')
  const edit = async (rate: number): Promise<void> => {
    // As editors do it: a whole new file takes the name.
    await writeFile(`${config}.new`, `${tracingConfig(receiver.port, rate)}${TWENTY_RULES}`)
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
  const before = listeners(sidecar.pid)
  await using stream = await openRaw(http)
  await stream.send(`GET ${path}/sse HTTP/1.1\r\nHost: reload\r\n\r\n`)
  await app.waitFor(() => app.streams.size === 1)

  const stop = new AbortController()
  const load = generateLoad({
    port: http,
    request: `GET ${path}/status?code=204 HTTP/1.1\r\nHost: reload\r\n\r\n`,
    rate: options.requestsPerSecond,
    seconds: LONGEST_SECONDS,
    signal: stop.signal,
  })
  const edits: Edit[] = []
  for (let i = 0; i < options.edits; i++) {
    const rate = i % 2 === 0 ? 1 : 0
    edits.push({ rate, atUs: nowUs() })
    await edit(rate)
    await options.afterEdit(http, i)
  }
  await options.beforeEnd()
  const endUs = nowUs()
  stop.abort()
  const { requests, failures } = await load
  app.push('still here')
  await eventually(() => stream.pending.includes('still here'))
  return {
    requests,
    failures,
    edits,
    spanTimesUs: receiver.spans.flatMap(({ timestamp }) => timestamp ?? []).sort((a, b) => a - b),
    endUs,
    isSameProcess: sidecar.exited === undefined,
    listening: [before, listeners(sidecar.pid)],
  }
}

/** None of them matches, so the edited rate decides, after all of them were looked at. */
const TWENTY_RULES = `    sampling:
      rules:
${Array.from({ length: 20 }, (_, i) => `        - { name: rule-${i}, match: { target: other-${i}, path: "/items/*" }, rate: "0.5" }`).join('\n')}
`

/** The load is stopped by then. */
const LONGEST_SECONDS = 120

const nowUs = (): number => (performance.timeOrigin + performance.now()) * 1000

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
