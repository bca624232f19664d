import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Backend } from '../../backend/index.ts'
import { createLogger, LOG_LEVELS, type LogLevel } from '../../base/logger.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import {
  type BundleApp,
  findTakenPorts,
  parseRunFile,
  type RunApp,
  startBundle,
} from '../../local/index.ts'
import { readResourceFile } from '../../resources/index.ts'
import { type CliContext, type Command, reportProblems } from '../cli-context.ts'
import { type DefaultResources, ensureDefaultResources } from '../default-resources.ts'
import { describeFlags, type FlagValues, parseFlags } from '../flags.ts'
import { createAppLines } from '../pretty-log.ts'
import { runFlags, sidecarFlags } from '../settings.ts'
import { createSharedParts } from '../shared-parts.ts'
import { toSidecarSettings } from '../sidecar-settings.ts'
import { signalGroup } from '../signal-group.ts'
import { findOrStartBackend } from '../start-backend.ts'
import { createStopRequest } from '../stop-request.ts'

/** `sidelight up [FILE]`: `run -f FILE`. */
export const up: Command = (argv, context) => {
  const [file, ...rest] = argv
  return file === undefined || file.startsWith('-')
    ? run(
        argv.some((word) => /^--?(f|run-file)\b/.test(word)) ? argv : ['-f', '.', ...argv],
        context,
      )
    : run(['-f', file, ...rest], context)
}

export const run: Command = async (argv, context) => {
  if (argv.includes('--help') || argv.includes('-h')) {
    context.out(
      `sidelight run --app-id ID [--app-port N] -- COMMAND…\nsidelight run -f dapr.yaml\n\n${describeFlags(runFlags)}`,
    )
    return 0
  }
  const parsed = parseFlags(runFlags, argv)
  if (!parsed.ok) return reportProblems(context, parsed.error)
  const { values, rest } = parsed.value
  const single = values['run-file'] === undefined
  const plan = single ? ok([singleApp(values, rest)]) : await readRunFile(values['run-file'] ?? '')
  if (!plan.ok) return reportProblems(context, plan.error)
  const defaults = await ensureDefaultResources(context.home, values['backend-port'])
  const apps = toBundleApps(plan.value, defaults, context)
  if (!apps.ok) return reportProblems(context, apps.error)
  const usesDefaults = plan.value.some(({ configFiles }) => configFiles.length === 0)
  if (values.backend && usesDefaults && defaults.otherBackendPort !== undefined)
    context.err(
      `warning: ${defaults.configFile} sends spans to port ${defaults.otherBackendPort}, not to the backend on port ${values['backend-port']}: change its endpointAddress, or remove the file to have it made anew`,
    )
  const taken = await findTakenPorts(apps.value)
  if (taken.length > 0) return reportProblems(context, taken)

  const lines = createAppLines(
    plan.value.map(({ appId }) => appId),
    context.isTerminal,
  )
  // What a sidecar says while it starts, the table of addresses says better.
  let isStarting = true
  const logOf = (appId: string) => {
    const format = lines.sidecarFormat(appId)
    return createLogger({
      level: levelOf(plan.value.find((app) => app.appId === appId)?.logLevel),
      format: (time, level, message, fields) =>
        isStarting && level === 'info' ? '' : format(time, level, message, fields),
      fields: {},
      write: (line) => (line === '' ? undefined : context.out(line)),
      nowUs: context.clock.nowUs,
    })
  }
  const stopRequest = createStopRequest()
  let exitCode = 0
  let stopping = false
  const shared = createSharedParts(context)
  const backend = values.backend
    ? await findOrStartBackend(values['backend-port'], context, shared, logOf(BACKEND))
    : undefined
  const started = await startBundle({
    apps: apps.value,
    shared,
    logOf,
    signalGroup,
    onAppLine: (appId, line) => context.out(lines.app(appId, line)),
    onAppExit(appId, { code, signal }, unheardPort) {
      if (stopping) return
      const how = signal === undefined ? `exited with code ${code}` : `was ended by ${signal}`
      context.out(lines.app(appId, `the app ${how}`))
      if (unheardPort !== undefined)
        context.err(`error: ${appId} ${how} before it listened on port ${unheardPort}`)
      else if (!single) return
      // A part that never came up makes the whole a failure, whatever it says of itself.
      exitCode = unheardPort === undefined ? (code ?? 1) : code || 1
      stopping = true
      stopRequest.ask(false)
    },
    requestStop: stopRequest.ask,
  }).catch(async (error) => {
    await closeBackend(backend)
    throw error
  })
  if (!started.ok) {
    await closeBackend(backend)
    return reportProblems(context, started.error)
  }
  const bundle = started.value
  for (const { appId, sidecar } of bundle.apps)
    context.out(
      lines.app(
        appId,
        `sidecar: API http://localhost:${sidecar.ports.http} · metrics http://localhost:${sidecar.ports.metrics}/metrics`,
      ),
    )
  const ready = Promise.all(bundle.apps.map(({ sidecar }) => sidecar.ready))
  void ready.then((all) => {
    isStarting = false
    if (all.includes(false)) return
    if (backend !== undefined) context.out(`\nTraces: ${backend.url}/zipkin/`)
    for (const file of new Set(apps.value.flatMap(({ configFiles }) => configFiles)))
      context.out(`Sampling: edit ${file}; a change is in force within a second`)
    context.out('Ready. Ctrl-C stops everything.\n')
  })
  const code = await context.runUntilStopped({
    onRequest: stopRequest.whenAsked,
    async stop() {
      stopping = true
      await bundle.stop()
      await closeBackend(backend)
      await shared.sender.close()
    },
  })
  return code === 0 ? exitCode : code
}

const BACKEND = 'backend'
const STOP_GRACE_MS = 1_000

const closeBackend = async (backend: { readonly close?: Backend['close'] } | undefined) =>
  backend?.close?.(STOP_GRACE_MS)

const levelOf = (text: string | undefined): LogLevel =>
  LOG_LEVELS.includes(text as LogLevel) ? (text as LogLevel) : 'info'

/** One app from flags, with the words behind `--` as its command. */
function singleApp(values: FlagValues<typeof runFlags>, rest: readonly string[]): RunApp {
  return {
    appId: values['app-id'] ?? `app-${values['app-port'] ?? 'client'}`,
    directory: '.',
    command: rest.length === 0 ? undefined : rest,
    appPort: values['app-port'],
    appProtocol: values['app-protocol'],
    appChannelAddress: '127.0.0.1',
    httpPort: values['dapr-http-port'],
    grpcPort: values['dapr-grpc-port'],
    internalPort: 0,
    metricsPort: values['metrics-port'],
    configFiles: values.config.map((file) => resolve(file)),
    resourcesPaths: values['resources-path'].map((path) => resolve(path)),
    env: {},
    logLevel: values['log-level'],
    maxConcurrency: values['app-max-concurrency'] > 0 ? values['app-max-concurrency'] : undefined,
    maxBodySize: String(values['max-body-size']),
    readBufferSize: '4Ki',
    apiLogging: values['enable-api-logging'],
    healthCheck: undefined,
  }
}

async function readRunFile(path: string): Promise<Result<readonly RunApp[], Problem[]>> {
  const isDirectory = existsSync(path) && (await stat(path)).isDirectory()
  const file = isDirectory ? join(path, 'dapr.yaml') : path
  const text = await readResourceFile(file)
  return text.ok ? parseRunFile(text.value, file, dirname(resolve(file))) : err([text.error])
}

/** Run apps speak daprd's flags, so that there is one way from words to settings. */
function toBundleApps(
  apps: readonly RunApp[],
  defaults: DefaultResources,
  context: CliContext,
): Result<readonly BundleApp[], Problem[]> {
  const problems: Problem[] = []
  const bundle: BundleApp[] = []
  for (const app of apps) {
    const flags = parseFlags(sidecarFlags, toSidecarArgv(app, defaults))
    const settings = flags.ok ? toSidecarSettings(flags.value.values, context.env) : flags
    if (!settings.ok) {
      problems.push(
        ...settings.error.map((problem) => ({ ...problem, path: `${app.appId} ${problem.path}` })),
      )
      continue
    }
    bundle.push({
      settings: settings.value,
      configFiles: app.configFiles.length === 0 ? [defaults.configFile] : app.configFiles,
      command: app.command,
      directory: app.directory,
      env: app.env,
    })
  }
  return problems.length === 0 ? ok(bundle) : err(problems)
}

const LOOPBACK = '127.0.0.1,::1'

const toSidecarArgv = (app: RunApp, { componentsDirectory }: DefaultResources): string[] => [
  `--app-id=${app.appId}`,
  ...(app.resourcesPaths.length === 0 ? [componentsDirectory] : app.resourcesPaths).map(
    (path) => `--resources-path=${path}`,
  ),
  ...(app.appPort === undefined ? [] : [`--app-port=${app.appPort}`]),
  `--app-protocol=${app.appProtocol}`,
  `--app-channel-address=${app.appChannelAddress}`,
  `--app-max-concurrency=${app.maxConcurrency ?? -1}`,
  `--dapr-http-port=${app.httpPort}`,
  `--dapr-grpc-port=${app.grpcPort}`,
  `--dapr-internal-grpc-port=${app.internalPort}`,
  `--metrics-port=${app.metricsPort}`,
  `--dapr-listen-addresses=${LOOPBACK}`,
  '--dapr-internal-grpc-listen-address=127.0.0.1',
  `--metrics-listen-address=${LOOPBACK}`,
  `--max-body-size=${app.maxBodySize}`,
  `--read-buffer-size=${app.readBufferSize}`,
  ...(app.apiLogging === undefined ? [] : [`--enable-api-logging=${app.apiLogging}`]),
  ...(app.healthCheck === undefined
    ? []
    : [
        '--enable-app-health-check',
        `--app-health-check-path=${app.healthCheck.path}`,
        `--app-health-probe-interval=${app.healthCheck.intervalS}`,
        `--app-health-probe-timeout=${app.healthCheck.timeoutMs}`,
        `--app-health-threshold=${app.healthCheck.threshold}`,
      ]),
]
