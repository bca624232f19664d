import { randomInt } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { IdSource } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { DriverContext } from '../components/index.ts'
import {
  createHttpServer,
  createRouter,
  createUpstream,
  type RegistrationDirectory,
  type Sender,
  type Step,
} from '../net/index.ts'
import type { Reload, Resources, SecretSource, Snapshot } from '../resources/index.ts'
import { type MetricsRegistry, pipelineMetrics, resourceMetrics } from '../telemetry/index.ts'
import type { ConfigurationChange, SidecarReport } from '../wire/sidecar-report.ts'
import { compileAccess } from './access.ts'
import { createAppChannel } from './app-channel.ts'
import { createAppHealth } from './app-health.ts'
import { createProbe } from './app-probe.ts'
import { buildAppTelemetry } from './app-telemetry/build-app-telemetry.ts'
import { buildBlocks } from './build-blocks.ts'
import { type ApiRoute, beginExchange, type SidecarExchange } from './exchange.ts'
import type { Faults } from './faults.ts'
import { type GrpcRefusal, startGrpcRefusal } from './grpc-refusal.ts'
import { getHealthz, getHealthzOutbound } from './handlers/get-healthz.ts'
import { getOpenApi } from './handlers/get-openapi.ts'
import { getMetadata, putMetadata } from './handlers/metadata.ts'
import { postRelease } from './handlers/post-release.ts'
import { postShutdown } from './handlers/post-shutdown.ts'
import { jsonReply } from './handlers/replies.ts'
import { createReleasePeers } from './keep/release-peers.ts'
import { createMetricsServer } from './metrics-server.ts'
import { createPipeline, NO_PIPELINE } from './middleware/pipeline.ts'
import type { NameResolver } from './names/name-resolver.ts'
import { createRegistrationResolver } from './names/registration-resolver.ts'
import { apiPipeline, peerPipeline } from './pipeline.ts'
import { createReadiness } from './readiness.ts'
import { registerSelf } from './register-self.ts'
import { buildReport } from './report/build-report.ts'
import { createContextWatch } from './report/context-watch.ts'
import { describeChange } from './report/describe-change.ts'
import { createPolicies } from './resiliency/policies.ts'
import { createResiliencyMeter } from './resiliency/resiliency-meter.ts'
import { createPeerRoutes, createRoutes } from './routes.ts'
import type { SidecarSettings } from './settings.ts'
import { compileCallLog, NO_CALL_LOG } from './steps/log-call.ts'
import { buildTap } from './tap/build-tap.ts'
import { createAppCallMeter } from './telemetry/app-call-meter.ts'
import { createErrorMeter } from './telemetry/error-meter.ts'
import { createReloadMeter } from './telemetry/reload-meter.ts'
import { createRequestMeter } from './telemetry/request-meter.ts'
import { createSidecarTelemetry } from './telemetry/sidecar-telemetry.ts'
import { waitForPort } from './wait-for-port.ts'

export interface SidecarDeps {
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Logger
  readonly registry: MetricsRegistry
  readonly registrations: RegistrationDirectory
  /** How peers are found. Absent: by the registrations. */
  readonly names?: NameResolver | undefined
  readonly sender: Sender
  readonly configuration: {
    /** As `--config` names them. */
    readonly files: readonly string[]
    current(): Snapshot
    lastReload(): Reload
  }
  /** Of `--resources-path`. */
  readonly resources: { current(): Resources; lastReload(): Reload }
  readonly secrets: Pick<SecretSource, 'resolve' | 'whyMissing'>
  readonly env: Readonly<Record<string, string | undefined>>
  /** What components of all sidecars of this process have in common. */
  readonly sharedParts: DriverContext['shared']
  /** What tests put in the way of calls. Absent: nothing. */
  readonly faults?: Faults | undefined
  readonly hostName: string
  readonly pid: number
  /** `POST /v1.0/shutdown` asks for a stop; the process's owner carries it out. */
  readonly requestStop: (force: boolean) => void
}

export interface Sidecar {
  /**
   * Opens the ports, then waits for the app's in the background.
   * @throws Fault `ERR_PORT_IN_USE`, `ERR_LISTEN`, `COMPONENT_FAILED`
   */
  start(): Promise<SidecarPorts>
  /** Settles when the app is there, or a stop came first. */
  readonly ready: Promise<boolean>
  /** What `GET /v1.0/metadata` shows under `extended`. */
  readonly extended: Map<string, string>
  configurationChanged(reload: Reload, snapshot: Snapshot): void
  resourcesChanged(reload: Reload, resources: Resources): void
  /** Settles when the components are what was asked for last. */
  settled(): Promise<void>
  /** Those that do not run, and why. */
  failedComponents(): readonly { readonly name: string; readonly reason: string }[]
  /** Not ready, drain, flush spans, close: at most `gracefulShutdownMs` after `blockShutdownMs`. */
  stop(): Promise<void>
}

export interface SidecarPorts {
  readonly http: number
  readonly grpc: number
  readonly internal: number
  readonly metrics: number
}

const KEEP_ALIVE_TO_APP_MS = 4_000
const KEEP_ALIVE_TO_PEER_MS = 60_000
const CONNECT_TIMEOUT_MS = 5_000
const MIN_FLUSH_MS = 500
/** Spreads retries. */
const random = (): number => randomInt(2 ** 32) / 2 ** 32
const MAX_UPSTREAM_HEADER_BYTES = 1_048_576

export function buildSidecar(settings: SidecarSettings, deps: SidecarDeps): Sidecar {
  const { clock, log, registry, configuration } = deps
  const readiness = createReadiness()
  const started = readiness.waitFor('its own start')
  const extended = new Map<string, string>()
  const stopping = new AbortController()
  const telemetry = createSidecarTelemetry({ ...deps, settings })
  const configured = telemetry.apply(configuration.current())
  const resourceReloads = createReloadMeter(registry, resourceMetrics)

  const upstream = (keepAliveMs: number, verifyTls: boolean) =>
    createUpstream({
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      keepAliveMs,
      maxHeaderBytes: MAX_UPSTREAM_HEADER_BYTES,
      verifyTls,
    })
  const appUpstream = upstream(KEEP_ALIVE_TO_APP_MS, false)
  const peers = upstream(KEEP_ALIVE_TO_PEER_MS, true)
  const pipelineOf = (name: 'httpPipeline' | 'appHttpPipeline') =>
    createPipeline(name, {
      // The host is built upon the app's channel, and asked later.
      host: { find: (...of) => host.find(...of) },
      configuration: () => configuration.current().configuration,
      registry,
      log,
    })
  const recordCall = createAppCallMeter(registry, settings, telemetry.metrics.policy)
  const pipeline = pipelineOf('appHttpPipeline')
  const app = createAppChannel(settings, appUpstream, { ...deps, pipeline, recordCall })
  const names = deps.names ?? createRegistrationResolver(deps.registrations, clock)
  const watch = createContextWatch(clock)
  const startedUs = clock.nowUs()
  let inForce = configuration.current().configuration
  let access = compileAccess(inForce)
  let callLog = compileCallLog(settings, inForce)
  let lastChange: readonly ConfigurationChange[] = []
  const report = (): SidecarReport =>
    buildReport({
      settings,
      pid: deps.pid,
      startedUs,
      clock,
      configuration,
      telemetry,
      resources: deps.resources,
      failedComponents: () => host.failed(),
      context: watch,
      lastChange: () => lastChange,
    })
  const countError = createErrorMeter(registry, settings)
  const { taps, ...tap } = buildTap(settings, deps)
  const policies = createPolicies({
    own: settings,
    meter: createResiliencyMeter(registry, settings),
    clock,
    random,
  })
  const {
    host,
    subscriber,
    subscriptions,
    inputs,
    routes: blockRoutes,
  } = buildBlocks(settings, { ...deps, app, telemetry, policies, countError, taps })
  const sources = {
    settings,
    report,
    subscriptions: subscriber.list,
    components: host.list,
    resiliencies: policies.list,
    extended,
  }
  const appTelemetry = buildAppTelemetry(settings, { ...deps, telemetry })
  const routes: readonly ApiRoute[] = createRoutes(
    {
      getHealthz: getHealthz(readiness, settings.appId),
      getHealthzOutbound: getHealthzOutbound(readiness),
      getMetadata: getMetadata(sources),
      putMetadata: putMetadata(sources),
      getOpenApi: getOpenApi(() => routes),
      postShutdown: postShutdown(deps.requestStop),
    },
    [...blockRoutes, ...appTelemetry.routes, tap.route],
  )
  let internalPort = 0
  const releaseKey = deps.ids.traceId()
  const releases = createReleasePeers(telemetry.keeper, {
    key: releaseKey,
    port: () => internalPort,
  })
  const parts = {
    settings,
    keep: { keeper: telemetry.keeper, peers: releases, clock },
    watch,
    access: () => access,
    callLog: () => callLog,
    middleware: pipelineOf('httpPipeline'),
    registry,
    tracer: telemetry.tracer,
    taps,
    meter: createRequestMeter(registry, settings, telemetry.metrics.policy, recordCall),
    countError,
    forward: {
      own: settings,
      app,
      peers,
      names,
      releases,
      policies,
      random,
      watch,
      clock,
      hostName: deps.hostName,
      ...settings,
    },
    clock,
    log,
  }

  const resourceGeneration = registry.gauge(resourceMetrics.generation).with({})
  let generation = 1
  resourceGeneration.set(generation)

  const refused = registry.counter(pipelineMetrics.requestsRefused)
  const countRefused = (server: string) => (status: number) =>
    refused.with({ server, status: String(status) }).inc()
  const server = (name: string, steps: readonly Step<SidecarExchange>[]) =>
    createHttpServer({
      name,
      steps,
      begin: beginExchange,
      maxHeaderBytes: settings.maxHeaderBytes,
      onRefused: countRefused(name),
      log,
    })
  const api = server('api', apiPipeline({ ...parts, router: createRouter(routes) }))
  const open = createRouter(routes.filter((route) => route.public))
  const publicSettings = { ...settings, apiToken: undefined }
  const publicApi = server(
    'public',
    apiPipeline({
      ...parts,
      settings: publicSettings,
      router: open,
      // Whoever calls here has shown no token: nothing leads on to an app.
      access: () => ({ ...access, mayInvoke: false }),
      callLog: () => NO_CALL_LOG,
      middleware: NO_PIPELINE,
    }),
  )
  const peerRoutes = createPeerRoutes({
    postRelease: postRelease(telemetry.keeper, releaseKey),
    getReport: () => jsonReply(report()),
  })
  const internal = server('internal', peerPipeline({ ...parts, router: createRouter(peerRoutes) }))
  const metrics = createMetricsServer(appTelemetry.page, clock, countRefused('metrics'), log)
  const health =
    settings.appHealthCheck === undefined
      ? undefined
      : createAppHealth({
          settings: settings.appHealthCheck,
          appId: settings.appId,
          probe: createProbe(settings, appUpstream, clock),
          clock,
          log,
          registry,
          onChange(isHealthy) {
            app.setHealthy(isHealthy)
            // One that was unwell at the start has not been asked yet.
            if (isHealthy) void subscriber.follow()
            void inputs.appHealth(isHealthy)
          },
        })

  let deregister: (() => Promise<void>) | undefined
  let grpc: GrpcRefusal | undefined
  let applied: Promise<void> = Promise.resolve()
  let becomeReady: (isReady: boolean) => void = () => undefined
  const ready = new Promise<boolean>((resolve) => {
    becomeReady = resolve
  })

  const waitForApp = async (): Promise<void> => {
    const { appPort, appChannelAddress } = settings
    if (appPort === undefined) return becomeReady(true)
    const arrived = readiness.waitFor(`the app to listen on port ${appPort}`)
    log.info(`application protocol: ${settings.appProtocol}. waiting on port ${appPort}`)
    if (!(await waitForPort(appChannelAddress, appPort, clock, stopping.signal)))
      return becomeReady(false)
    log.info(`application discovered on port ${appPort}`)
    health?.start()
    const subscribed = readiness.waitFor('the subscriptions of the app')
    arrived()
    void inputs.appIsThere()
    // Whoever publishes when this is ready is heard.
    await subscriber.appIsThere()
    subscribed()
    becomeReady(!stopping.signal.aborted)
  }

  return {
    ready,
    extended,
    async start() {
      let http = 0
      await configured
      const { components, resiliencies } = deps.resources.current()
      await policies.apply(resiliencies)
      await host.start(components)
      internalPort = await internal.listen(settings.internalPort, settings.internalListenAddresses)
      const metricsPort =
        settings.metricsPort === undefined
          ? 0
          : await metrics.listen(settings.metricsPort, settings.metricsListenAddresses)
      if (settings.publicPort !== undefined)
        await publicApi.listen(settings.publicPort, settings.publicListenAddresses)
      grpc = await startGrpcRefusal(settings.grpcPort, settings.listenAddresses, () => http, log)
      // Last, so that whoever reaches the API finds the rest in place.
      http = await api.listen(settings.httpPort, settings.listenAddresses)
      const self = {
        appId: settings.appId,
        namespace: settings.namespace,
        pid: deps.pid,
        host: '127.0.0.1',
        internalPort,
        httpPort: http,
        metricsPort,
        appPort: settings.appPort ?? 0,
        startedUs,
      }
      deregister = await registerSelf(deps.registrations, self, log)
      readiness.outboundReady()
      log.info(`HTTP API on port ${http}, internal port ${internalPort}, metrics on ${metricsPort}`)
      void waitForApp()
      started()
      return { http, grpc: grpc.port, internal: internalPort, metrics: metricsPort }
    },
    configurationChanged(reload, snapshot) {
      telemetry.reloaded(reload)
      if (reload.result !== 'applied') return
      lastChange = describeChange(inForce, snapshot.configuration)
      inForce = snapshot.configuration
      access = compileAccess(inForce)
      callLog = compileCallLog(settings, inForce)
      tap.configurationChanged()
      void telemetry.apply(snapshot)
    },
    resourcesChanged(reload, { components, resiliencies }) {
      resourceReloads.reloaded(reload)
      if (reload.result !== 'applied') return
      resourceGeneration.set(++generation)
      void policies.apply(resiliencies)
      applied = host.apply(components)
    },
    settled: () => applied,
    failedComponents: () => host.failed(),
    async stop() {
      readiness.stop()
      await deregister?.()
      if (settings.blockShutdownMs > 0)
        await new Promise<void>((resolve) => clock.after(settings.blockShutdownMs, resolve))
      stopping.abort()
      taps.close()
      await Promise.all(
        [subscriber, subscriptions, inputs].map((each) => each[Symbol.asyncDispose]()),
      )
      health?.[Symbol.dispose]()
      const grace = settings.gracefulShutdownMs
      const untilMs = clock.elapsedMs() + grace
      await Promise.all([api, publicApi, internal].map((each) => each.close(grace)))
      grpc?.close()
      await Promise.all([appUpstream.close(), peers.close(), host[Symbol.asyncDispose]()])
      // One grace for draining and for the spans of what was drained; a moment for those in any case.
      await telemetry.shutdown(Math.max(MIN_FLUSH_MS, untilMs - clock.elapsedMs()))
      await metrics.close(0)
    },
  }
}
