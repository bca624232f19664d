import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createPromRegistry } from '../adapters/prom-client/index.ts'
import type { Clock } from '../base/clock.ts'
import { createIdSource } from '../base/ids.ts'
import type { LogFields, Logger } from '../base/logger.ts'
import { formatProblem, type Problem } from '../base/problem.ts'
import { random } from '../base/random.ts'
import { err, ok, type Result } from '../base/result.ts'
import { VERSION } from '../base/version.ts'
import { hasServiceAccount } from '../components/secretstores/kubernetes/index.ts'
import type { RegistrationDirectory, Sender } from '../net/index.ts'
import {
  createDirectorySource,
  createFileSource,
  createSecretFiles,
  type Reload,
  type Resources,
  type Snapshot,
  watchConfiguration,
  watchResources,
} from '../resources/index.ts'
import {
  buildSidecar,
  createDnsResolver,
  type Faults,
  openClusterFeed,
  type ResourceFeed,
  type SidecarPorts,
  type SidecarSettings,
} from '../sidecar/index.ts'
import { type MetricsRegistry, sidecarCatalogue, sidecarMetrics } from '../telemetry/index.ts'

/** What all sidecars of a process share. */
export interface SharedParts {
  readonly clock: Clock
  readonly env: Readonly<Record<string, string | undefined>>
  readonly registrations: RegistrationDirectory
  readonly sender: Sender
  readonly hostName: string
  readonly pid: number
  /** Holds what `secretKeyRef` asks for, `<name>/<key>`. Absent: no secret is found. */
  readonly secretsDirectory?: string
  /** Configurations are read as daprd reads them, where it refuses nothing. */
  readonly daprLenient?: boolean
  /** What components of all sidecars of this process have in common, by key. */
  readonly componentParts: Map<string, unknown>
  /** What tests put in the way of calls. Absent: nothing. */
  readonly faults?: Faults
}

export interface RunningSidecar {
  readonly ports: SidecarPorts
  /** Settles when the app is there (`true`) or a stop came first. */
  readonly ready: Promise<boolean>
  /** Shown by `GET /v1.0/metadata` under `extended`. */
  readonly extended: Map<string, string>
  /** Reads the Configuration files now; says what came of it. */
  reload(): Promise<Reload>
  stop(): Promise<void>
}

/**
 * Starts one sidecar with its watched Configuration and resources.
 *
 * @returns every problem of these resources when they are invalid: nothing was started then
 * @throws Fault `ERR_PORT_IN_USE`, `ERR_LISTEN`, `COMPONENT_FAILED`
 */
export async function startSidecar(
  settings: SidecarSettings,
  configFiles: readonly string[],
  shared: SharedParts,
  log: Logger,
  requestStop: (force: boolean) => void,
): Promise<Result<RunningSidecar, Problem[]>> {
  const { clock } = shared
  const registry = createPromRegistry(sidecarCatalogue, { clock, processMetrics: true })
  const feed = await openFeed(settings, configFiles, shared, log, registry)
  let changed: (reload: Reload, snapshot: Snapshot) => void = () => undefined
  const watched = await watchConfiguration({
    source: feed.configuration,
    secrets: feed.configurationSecrets,
    env: shared.env,
    clock: shared.clock,
    lenient: shared.daprLenient ?? false,
    onReload(reload, snapshot) {
      const { generation } = snapshot
      logReload(log, 'Configuration', `generation ${generation} stays`, reload, { generation })
      changed(reload, snapshot)
    },
  })
  if (!watched.ok) {
    await feed[Symbol.asyncDispose]()
    return err(watched.error)
  }
  const configuration = watched.value
  warn(log, 'Configuration', configuration.current().warnings)
  let resourcesChanged: (reload: Reload, resources: Resources) => void = () => undefined
  const resources = await watchResources({
    source: feed.resources,
    clock: shared.clock,
    onReload(reload, next) {
      logReload(log, 'Resources', 'those in force stay', reload)
      resourcesChanged(reload, next)
    },
  })
  if (!resources.ok) {
    configuration[Symbol.dispose]()
    await feed[Symbol.asyncDispose]()
    return err(resources.error)
  }
  warn(log, 'Resources', resources.value.lastReload().problems)
  const sidecar = buildSidecar(settings, {
    ...shared,
    resources: resources.value,
    sharedParts: <T>(key: string, make: () => T): T => {
      if (!shared.componentParts.has(key)) shared.componentParts.set(key, make())
      return shared.componentParts.get(key) as T
    },
    registrations: settings.cluster === undefined ? shared.registrations : NO_REGISTRATIONS,
    names:
      settings.cluster &&
      createDnsResolver({ ...settings.cluster, port: settings.internalPort, clock }),
    secrets: feed.secrets,
    ids: createIdSource(),
    log,
    registry,
    configuration: {
      ...configuration,
      get files() {
        return feed.files()
      },
    },
    requestStop,
  })
  changed = sidecar.configurationChanged
  resourcesChanged = sidecar.resourcesChanged
  const unwatch = async (): Promise<void> => {
    await feed[Symbol.asyncDispose]()
    configuration[Symbol.dispose]()
    resources.value[Symbol.dispose]()
  }
  try {
    const ports = await sidecar.start()
    feed.begin(sidecar)
    return ok({
      ports,
      ready: sidecar.ready,
      extended: sidecar.extended,
      reload: configuration.reload,
      async stop() {
        await unwatch()
        await sidecar.stop()
      },
    })
  } catch (error) {
    await unwatch()
    await sidecar.stop()
    throw error
  }
}

/** In a cluster, DNS and pods say who is there; and a pod's file system is not to be written. */
const NO_REGISTRATIONS: RegistrationDirectory = {
  register: async () => async () => undefined,
  list: async () => [],
}

/** Files here; in a cluster, what the operator sends. */
async function openFeed(
  settings: SidecarSettings,
  configFiles: readonly string[],
  { clock, env, secretsDirectory }: SharedParts,
  log: Logger,
  registry: MetricsRegistry,
): Promise<ResourceFeed> {
  if (settings.cluster !== undefined) {
    const { operatorAddress, trustAnchors, tokenFile } = settings.cluster
    const isUp = registry.gauge(sidecarMetrics.operatorUp).with({})
    isUp.set(0)
    return openClusterFeed({
      address: operatorAddress,
      trustAnchors,
      readToken: () => readFile(tokenFile, 'utf8'),
      version: VERSION,
      namespace: settings.namespace,
      secretStore: settings.cluster.secretStore && (await hasServiceAccount(env)),
      onState: (isConnected) => isUp.set(isConnected ? 1 : 0),
      env,
      clock,
      random,
      log,
    })
  }
  const secrets = createSecretFiles(secretsDirectory ?? '/nonexistent')
  return {
    configuration: createFileSource(configFiles, clock),
    files: () => configFiles.map((file) => resolve(file)),
    configurationSecrets: secrets,
    resources: createDirectorySource(settings.resourcesPaths, clock),
    secrets,
    begin: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
}

function logReload(
  log: Logger,
  of: string,
  staying: string,
  { result, problems, recovered }: Reload,
  fields: LogFields = {},
): void {
  const warnings = problems.filter(({ severity }) => severity === 'warning')
  if (result === 'rejected')
    for (const problem of problems.filter(({ severity }) => severity !== 'warning'))
      log.error(`${of} rejected, ${staying}: ${formatProblem(problem)}`)
  else if (recovered && result === 'unchanged')
    log.info(`${of} unchanged: the bad edit is undone, the last good one is in force again`, fields)
  else log.info(`${of} ${result}`, fields)
  warn(log, of, warnings)
}

function warn(log: Logger, of: string, warnings: readonly Problem[]): void {
  for (const warning of warnings) log.warning(`${of}: ${formatProblem(warning)}`)
}
