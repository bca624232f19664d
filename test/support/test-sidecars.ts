import { mkdir, rename, writeFile } from 'node:fs/promises'
import { createSystemClock } from '../../src/base/clock.ts'
import { createLogger, formatJson, formatLogfmt } from '../../src/base/logger.ts'
import { parseFlags } from '../../src/cli/flags.ts'
import { sidecarFlags } from '../../src/cli/settings.ts'
import { toSidecarSettings } from '../../src/cli/sidecar-settings.ts'
import { type RunningSidecar, startSidecar } from '../../src/local/index.ts'
import {
  createRegistrationDirectory,
  createSender,
  type RegistrationDirectory,
  type Sender,
} from '../../src/net/index.ts'
import type { SidecarReport } from '../../src/wire/sidecar-report.ts'
import { type RawAnswer, rawRequest } from './raw-http.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export interface TestSidecar {
  readonly appId: string
  /** Of the HTTP API. */
  readonly port: number
  readonly url: string
  readonly internalPort: number
  readonly metricsPort: number
  /** Lines from `debug` on, whatever `--log-level` says. */
  readonly log: readonly string[]
  /** `GET /metrics`. */
  metrics(): Promise<string>
  /** `GET /v1.0/metadata`. */
  metadata(): Promise<Metadata>
  stop(): Promise<void>
  /** Settles when its app listens. */
  readonly ready: Promise<boolean>
  reload(): Promise<unknown>
}

export interface Metadata {
  readonly id: string
  readonly extended: Record<string, string>
  readonly sidelight: SidecarReport
}

export interface Sidecars extends AsyncDisposable {
  readonly home: string
  readonly registrations: RegistrationDirectory
  /** What they send with. */
  readonly sender: Sender
  /** The file every sidecar's `--config` names. */
  readonly configFile: string
  /** Starts one with daprd's flags on free ports, and waits until it is ready unless told otherwise. */
  start(
    appId: string,
    options?: {
      readonly appPort?: number
      readonly flags?: readonly string[]
      readonly env?: Readonly<Record<string, string>>
      readonly configFiles?: readonly string[]
      readonly waitForApp?: boolean
    },
  ): Promise<TestSidecar>
  /** All that were started. */
  readonly all: readonly TestSidecar[]
  /** Replaces the Configuration in one step, as a careful editor does. */
  configure(yaml: string): Promise<void>
}

/** Spans leave after 20 ms instead of a second: tests wait for them. */
const FAST_BATCHES = { OTEL_BSP_SCHEDULE_DELAY: '20' }

/** A machine of its own for sidecars: a home, a Configuration file, loopback ports. */
export async function startSidecars(configuration = tracing()): Promise<Sidecars> {
  const directory = await temporaryDirectory()
  const home = directory.file('home')
  await mkdir(home, { recursive: true })
  const configFile = directory.file('config.yaml')
  await writeFile(configFile, configuration)
  const registrations = createRegistrationDirectory(home, () => true)
  const sender = createSender({ userAgent: 'sidelight/test' })
  const running: RunningSidecar[] = []
  const all: TestSidecar[] = []
  const componentParts = new Map<string, unknown>()
  let edits = 0
  return {
    home,
    registrations,
    sender,
    configFile,
    all,
    async start(appId, { appPort, flags = [], env = {}, configFiles, waitForApp = true } = {}) {
      const log: string[] = []
      const fullEnv = { ...FAST_BATCHES, ...env }
      const parsed = parseFlags(sidecarFlags, [
        `--app-id=${appId}`,
        ...(appPort === undefined ? [] : [`--app-port=${appPort}`]),
        '--dapr-http-port=0',
        '--dapr-grpc-port=0',
        '--metrics-port=0',
        '--dapr-listen-addresses=127.0.0.1',
        '--dapr-internal-grpc-listen-address=127.0.0.1',
        '--metrics-listen-address=127.0.0.1',
        '--dapr-graceful-shutdown-seconds=1',
        ...flags,
      ])
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
      const settings = toSidecarSettings(parsed.value.values, fullEnv)
      if (!settings.ok) throw new Error(JSON.stringify(settings.error))
      const clock = createSystemClock()
      const started = await startSidecar(
        settings.value,
        configFiles ?? [configFile],
        {
          clock,
          env: fullEnv,
          registrations,
          sender,
          hostName: 'test-host',
          pid: process.pid,
          secretsDirectory: `${home}/secrets`,
          componentParts,
        },
        createLogger({
          level: 'debug',
          format: parsed.value.values['log-as-json'] ? formatJson : formatLogfmt,
          fields: { app_id: appId },
          write: (line) => log.push(line),
          nowUs: clock.nowUs,
        }),
        () => undefined,
      )
      if (!started.ok) throw new Error(JSON.stringify(started.error))
      const sidecar = started.value
      running.push(sidecar)
      if (waitForApp) await sidecar.ready
      const { ports } = sidecar
      const get = (port: number, path: string) =>
        rawRequest(port, `GET ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`)
      const testSidecar: TestSidecar = {
        appId,
        port: ports.http,
        url: `http://127.0.0.1:${ports.http}`,
        internalPort: ports.internal,
        metricsPort: ports.metrics,
        log,
        metrics: async () => (await get(ports.metrics, '/metrics')).body.toString(),
        metadata: async () => JSON.parse((await get(ports.http, '/v1.0/metadata')).body.toString()),
        stop: sidecar.stop,
        ready: sidecar.ready,
        reload: sidecar.reload,
      }
      all.push(testSidecar)
      return testSidecar
    },
    async configure(yaml) {
      const draft = directory.file(`draft-${++edits}.yaml`)
      await writeFile(draft, yaml)
      await rename(draft, configFile)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map((sidecar) => sidecar.stop()))
      await sender.close()
      await directory[Symbol.asyncDispose]()
    },
  }
}

/** A Configuration. `endpoint` absent = no exporter; `rate` absent = no `samplingRate`. */
export function tracing(
  options: { readonly rate?: string; readonly endpoint?: string; readonly extra?: string } = {},
): string {
  return [
    'apiVersion: dapr.io/v1alpha1',
    'kind: Configuration',
    'metadata:',
    '  name: test',
    'spec:',
    '  tracing:',
    `    samplingRate: ${JSON.stringify(options.rate ?? '1')}`,
    ...(options.endpoint === undefined
      ? []
      : ['    zipkin:', `      endpointAddress: ${options.endpoint}`]),
    ...(options.extra === undefined ? [] : [`    ${options.extra}`]),
    '',
  ].join('\n')
}

/** Sends one request with exactly these header lines, besides Host and Connection. */
export function send(
  port: number,
  method: string,
  target: string,
  headers: readonly string[] = [],
  body = '',
): Promise<RawAnswer> {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  return rawRequest(
    port,
    [
      `${method} ${target} HTTP/1.1`,
      'Host: test',
      'Connection: close',
      ...headers,
      ...length,
      '',
      body,
    ].join('\r\n'),
  )
}
