import type { Logger } from '../base/logger.ts'
import type { Problem } from '../base/problem.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { SidecarSettings } from '../sidecar/index.ts'
import { type AppExit, type AppProcess, startAppProcess } from './app-process.ts'
import { createProcessGuard, type ProcessGuard } from './process-guard.ts'
import { type RunningSidecar, type SharedParts, startSidecar } from './start-sidecar.ts'

/** One app to run: its sidecar, and the command that starts it. */
export interface BundleApp {
  readonly settings: SidecarSettings
  readonly configFiles: readonly string[]
  readonly command: readonly string[] | undefined
  readonly directory: string
  readonly env: Readonly<Record<string, string>>
}

export interface BundleOptions {
  readonly apps: readonly BundleApp[]
  readonly shared: SharedParts
  readonly logOf: (appId: string) => Logger
  readonly onAppLine: (appId: string, line: string) => void
  /** `unheardPort`: the port on which the app was waited for when it ended; absent once it has listened. */
  readonly onAppExit: (appId: string, exit: AppExit, unheardPort: number | undefined) => void
  readonly signalGroup: (pid: number, signal: 'SIGTERM' | 'SIGKILL') => void
  readonly requestStop: (force: boolean) => void
}

export interface RunningBundle {
  readonly apps: readonly RunningApp[]
  /** Apps first, so that their last calls still find a sidecar. */
  stop(): Promise<void>
}

export interface RunningApp {
  readonly appId: string
  readonly sidecar: RunningSidecar
  readonly process: AppProcess | undefined
}

const APP_GRACE_MS = 3_000

/**
 * Runs apps and their sidecars: all sidecars in this process, each app in its own.
 *
 * @returns the problems of the first Configuration that is invalid: nothing runs then
 * @throws Fault `ERR_PORT_IN_USE`, `ERR_LISTEN`, `APP_NOT_STARTED`
 */
export async function startBundle(
  options: BundleOptions,
): Promise<Result<RunningBundle, Problem[]>> {
  const running: RunningApp[] = []
  const guard = createProcessGuard()
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(({ process }) => process?.stop(APP_GRACE_MS)))
    guard.close()
    await Promise.all(running.map(({ sidecar }) => sidecar.stop()))
  }
  try {
    for (const app of options.apps) {
      const { appId } = app.settings
      const started = await startSidecar(
        app.settings,
        app.configFiles,
        options.shared,
        options.logOf(appId),
        options.requestStop,
      )
      if (!started.ok) {
        await stop()
        return err(started.error)
      }
      const sidecar = started.value
      running.push({ appId, sidecar, process: undefined })
      const process = await startApp(app, sidecar, guard, options)
      if (process === undefined) continue
      running[running.length - 1] = { appId, sidecar, process }
      sidecar.extended.set('appPID', String(process.pid))
      sidecar.extended.set('appCommand', app.command?.join(' ') ?? '')
      sidecar.extended.set('cliPID', String(options.shared.pid))
    }
  } catch (error) {
    await stop()
    throw error
  }
  return ok({
    apps: running,
    stop,
  })
}

async function startApp(
  app: BundleApp,
  sidecar: RunningSidecar,
  guard: ProcessGuard,
  { shared, onAppLine, onAppExit, signalGroup }: BundleOptions,
): Promise<AppProcess | undefined> {
  if (app.command === undefined) return undefined
  const { appId, appPort } = app.settings
  let unheardPort = appPort
  void sidecar.ready.then((isThere) => {
    if (isThere) unheardPort = undefined
  })
  const process = await startAppProcess(app.command, {
    directory: app.directory,
    env: { ...shared.env, ...appEnvironment(app, sidecar), ...app.env },
    onLine: (line) => onAppLine(appId, line),
    signalGroup,
    guard,
  })
  void process.exited.then((exit) => onAppExit(appId, exit, unheardPort))
  return process
}

/** What the Dapr CLI tells an app. SDKs read the ports. */
const appEnvironment = ({ settings }: BundleApp, { ports }: RunningSidecar) => ({
  APP_ID: settings.appId,
  ...(settings.appPort === undefined ? {} : { APP_PORT: String(settings.appPort) }),
  APP_PROTOCOL: settings.appProtocol,
  APP_CHANNEL_ADDRESS: settings.appChannelAddress,
  DAPR_HTTP_PORT: String(ports.http),
  DAPR_GRPC_PORT: String(ports.grpc),
  DAPR_METRICS_PORT: String(ports.metrics),
})
