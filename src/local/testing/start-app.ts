import { Fault } from '../../base/fault.ts'
import { createLogger, formatLogfmt } from '../../base/logger.ts'
import { formatProblem, type Problem } from '../../base/problem.ts'
import { type RunningSidecar, type SharedParts, startSidecar } from '../start-sidecar.ts'
import { startAppServer } from './app-server.ts'
import { sidecarSettings } from './settings.ts'
import type { SidecarOfApp, TestApp } from './test-app.ts'

export interface StartedApp {
  readonly of: SidecarOfApp
  readonly running: RunningSidecar
  readonly isServedHere: boolean
}

/** @throws Fault `BUNDLE_INVALID` */
export function refuseBadApps(
  apps: readonly TestApp[] | undefined,
): asserts apps is readonly TestApp[] {
  if (!Array.isArray(apps) || apps.length === 0)
    throw new Fault(
      'BUNDLE_INVALID',
      'apps: one or more are needed, for example [{ id: "orders" }]',
    )
  const ids = apps.map(({ id }) => id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined)
    throw new Fault('BUNDLE_INVALID', `two apps are called ${twice}; each needs an id of its own`)
  for (const { id, listener, create, port } of apps) {
    if (typeof id !== 'string' || !/^[\w-]{1,63}$/.test(id))
      throw new Fault(
        'BUNDLE_INVALID',
        `an app id is made of letters, digits, - and _, at most 63 of them, not ${JSON.stringify(id)}`,
      )
    if ([listener, create, port].filter((each) => each !== undefined).length > 1)
      throw new Fault('BUNDLE_INVALID', `${id}: of listener, create and port an app has one`)
  }
}

/**
 * Starts an app's server, if the bundle has its listener, and its sidecar.
 *
 * @param ends gets how each of both is closed
 * @throws Fault `BUNDLE_INVALID`, `COMPONENT_FAILED`
 */
export async function startApp(
  { id, listener, create, port }: TestApp,
  files: { readonly configFile: string; readonly resources: string },
  shared: SharedParts,
  ends: (() => Promise<unknown>)[],
): Promise<StartedApp> {
  const isServedHere = listener !== undefined || create !== undefined
  const server = isServedHere ? await startAppServer() : undefined
  if (server !== undefined) ends.push(server.close)
  const appPort = server?.port ?? port
  const log: string[] = []
  const started = await startSidecar(
    sidecarSettings(id, appPort, [files.resources]),
    [files.configFile],
    shared,
    createLogger({
      level: 'debug',
      format: formatLogfmt,
      fields: { app_id: id },
      write: (line) => log.push(line),
      nowUs: shared.clock.nowUs,
    }),
    () => undefined,
  )
  if (!started.ok) throw invalid('BUNDLE_INVALID', started.error)
  const running = started.value
  ends.push(running.stop)
  const of = sidecarOf(id, running, appPort, log)
  const made = listener ?? (await create?.(of))
  if (made !== undefined) server?.serve(made)
  return { of, running, isServedHere }
}

export const invalid = (code: string, problems: readonly Problem[]): Fault =>
  new Fault(
    code,
    problems
      .filter(({ severity }) => severity !== 'warning')
      .map(formatProblem)
      .join('\n'),
  )

function sidecarOf(
  id: string,
  { ports }: RunningSidecar,
  appPort: number | undefined,
  log: readonly string[],
): SidecarOfApp {
  const url = `http://127.0.0.1:${ports.http}`
  return {
    id,
    url,
    log,
    env: {
      APP_ID: id,
      ...(appPort === undefined ? {} : { APP_PORT: String(appPort) }),
      DAPR_HTTP_PORT: String(ports.http),
      DAPR_HTTP_ENDPOINT: url,
      DAPR_GRPC_PORT: String(ports.grpc),
      DAPR_METRICS_PORT: String(ports.metrics),
    },
    invoke: (method, { app = id, ...init } = {}) =>
      fetch(`${url}/v1.0/invoke/${app}/method/${method.replace(/^\//, '')}`, init),
    publish: (topic, data, pubsub = 'pubsub') =>
      fetch(`${url}/v1.0/publish/${pubsub}/${topic}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(data),
      }),
  }
}
