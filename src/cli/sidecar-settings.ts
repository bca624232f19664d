import type { Problem } from '../base/problem.ts'
import { err, ok, type Result } from '../base/result.ts'
import { metricsPushFromEnvironment } from '../resources/index.ts'
import type { SidecarSettings } from '../sidecar/index.ts'
import type { FlagValues } from './flags.ts'
import type { sidecarFlags } from './settings.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Flags and environment as settings, or everything that is wrong with them. */
export function toSidecarSettings(
  flags: FlagValues<typeof sidecarFlags>,
  env: Env,
): Result<SidecarSettings, Problem[]> {
  const problems: Problem[] = []
  const appId = flags['app-id'] ?? ''
  const reason = whyBadAppId(appId)
  if (reason !== undefined) problems.push(mistake('app-id', reason, appId.slice(0, MAX_SHOWN)))
  const namespace = env.NAMESPACE || 'default'
  if (!NAME.test(namespace))
    problems.push({
      ...mistake('', BAD_NAMESPACE, namespace.slice(0, MAX_SHOWN)),
      path: 'NAMESPACE',
    })
  problems.push(...clashesOfAppPort(flags))
  const protocol = flags['app-protocol']
  if (protocol !== 'http' && protocol !== 'https')
    problems.push(mistake('app-protocol', UNSUPPORTED_PROTOCOL, protocol))
  const notAsked = commaList(flags['disable-init-endpoints'])
  for (const endpoint of notAsked)
    if (!INIT_ENDPOINTS.includes(endpoint))
      problems.push(
        mistake('disable-init-endpoints', `there are ${INIT_ENDPOINTS.join(' and ')}`, endpoint),
      )
  const cluster = clusterSettings(flags, env)
  if (!cluster.ok) problems.push(...cluster.error)
  const push = metricsPushFromEnvironment(env)
  if (!push.ok) return err([...problems, ...push.error])
  if (problems.length > 0 || !cluster.ok) return err(problems)

  const maxConcurrency = flags['app-max-concurrency']
  return ok({
    appId,
    namespace,
    appPort: flags['app-port'] || undefined,
    appProtocol: protocol as 'http' | 'https',
    appChannelAddress: flags['app-channel-address'],
    appMaxConcurrency: maxConcurrency > 0 ? maxConcurrency : undefined,
    appHealthCheck: flags['enable-app-health-check']
      ? {
          path: flags['app-health-check-path'],
          intervalMs: flags['app-health-probe-interval'] * 1000,
          timeoutMs: flags['app-health-probe-timeout'],
          threshold: flags['app-health-threshold'],
        }
      : undefined,
    asksSubscriptions: !notAsked.includes('subscribe'),
    appBindingOptionsTimeoutMs: flags['app-binding-options-timeout'],
    httpPort: flags['dapr-http-port'],
    grpcPort: flags['dapr-grpc-port'],
    internalPort: flags['dapr-internal-grpc-port'],
    publicPort: flags['dapr-public-port'],
    metricsPort: flags['enable-metrics'] ? flags['metrics-port'] : undefined,
    listenAddresses: addresses(flags['dapr-listen-addresses']),
    internalListenAddresses: addresses(flags['dapr-internal-grpc-listen-address']),
    publicListenAddresses: addresses(flags['dapr-public-listen-address']),
    metricsListenAddresses: addresses(flags['metrics-listen-address']),
    allowedOrigins: commaList(flags['allowed-origins']),
    maxBodyBytes: flags['max-body-size'],
    maxHeaderBytes: flags['read-buffer-size'],
    apiLogging: flags['enable-api-logging'],
    resourcesPaths: [...new Set([...flags['resources-path'], ...flags['components-path']])],
    cluster: cluster.value,
    gracefulShutdownMs: flags['dapr-graceful-shutdown-seconds'] * 1000,
    blockShutdownMs: flags['dapr-block-shutdown-duration'],
    serviceName: env.OTEL_SERVICE_NAME || appId,
    resourceAttributes: resourceAttributes(env.OTEL_RESOURCE_ATTRIBUTES),
    batch: batchSettings(env),
    metricsPush: push.value,
    apiToken: env.DAPR_API_TOKEN || undefined,
    appApiToken: env.APP_API_TOKEN || undefined,
  })
}

/** Where Kubernetes puts the token that the injector asks for. */
const TOKEN_FILE = '/var/run/secrets/dapr.io/sentrytoken/token'

/** Of `--mode kubernetes`, as the injector sets them. [dapr: pkg/security/consts] */
function clusterSettings(
  flags: FlagValues<typeof sidecarFlags>,
  env: Env,
): Result<SidecarSettings['cluster'], Problem[]> {
  const { mode } = flags
  if (mode === 'standalone') return ok(undefined)
  if (mode !== 'kubernetes')
    return err([mistake('mode', 'there are standalone and kubernetes', mode)])
  const operatorAddress = flags['control-plane-address'] ?? ''
  const trustAnchors = env.DAPR_TRUST_ANCHORS ?? ''
  const problems: Problem[] = []
  if (!HOST_AND_PORT.test(operatorAddress))
    problems.push(
      mistake(
        'control-plane-address',
        'HOST:PORT of the operator is needed; the injector sets it',
        operatorAddress.slice(0, MAX_SHOWN),
      ),
    )
  if (!trustAnchors.includes('-----BEGIN CERTIFICATE-----'))
    problems.push({
      path: 'DAPR_TRUST_ANCHORS',
      code: 'FLAG_INVALID',
      message: 'the certificate of the control plane (PEM) is needed; the injector sets it',
    })
  if (problems.length > 0) return err(problems)
  return ok({
    operatorAddress,
    trustAnchors,
    tokenFile: env.DAPR_SENTRY_TOKEN_FILE || TOKEN_FILE,
    clusterDomain:
      env.KUBE_CLUSTER_DOMAIN || /\.svc\.([^:]+):/.exec(operatorAddress)?.[1] || 'cluster.local',
    secretStore: !flags['disable-builtin-k8s-secret-store'],
  })
}

const HOST_AND_PORT = /^[^\s/:]+:\d{1,5}$/

const UNSUPPORTED_PROTOCOL =
  'only http and https apps are supported; gRPC apps need the gRPC API, which does not exist yet'

/**
 * `key=value,key=value`, values percent-encoded; what is malformed is left out.
 * @see https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 */
function resourceAttributes(text = ''): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const pair of text.split(',')) {
    const mark = pair.indexOf('=')
    const key = pair.slice(0, Math.max(mark, 0)).trim()
    // The service's name has a variable and a setting of its own.
    if (key === '' || key === 'service.name') continue
    try {
      attributes[key] = decodeURIComponent(pair.slice(mark + 1).trim())
    } catch {
      // A broken escape, as malformed as a missing `=`.
    }
  }
  return attributes
}

/** @see dapr `pkg/runtime/config.go` */
function whyBadAppId(appId: string): string | undefined {
  if (appId === '') return 'an app id is needed, for example --app-id orders'
  if (appId.includes('.')) return 'an app id has no dots; what follows a dot is a namespace'
  if (!/^[\w-]+$/.test(appId)) return 'an app id is made of letters, digits, - and _'
  if (!NAME.test(appId)) return 'an app id has at most 63 characters: it is one label of a DNS name'
  return undefined
}

const NAME = /^[\w-]{1,63}$/
const BAD_NAMESPACE = 'a namespace is made of letters, digits, - and _, at most 63 of them'
const MAX_SHOWN = 80
/** daprd's; of these, `config` is asked of an app with actors. */
const INIT_ENDPOINTS = ['subscribe', 'config']

const LOCAL = /^(localhost|::1?|127\..*|0\.0\.0\.0)$/
const OWN_PORTS = [
  'dapr-http-port',
  'dapr-grpc-port',
  'dapr-internal-grpc-port',
  'dapr-public-port',
  'metrics-port',
] as const

/** The sidecar would take itself for its app, and call itself without end. */
function clashesOfAppPort(flags: FlagValues<typeof sidecarFlags>): Problem[] {
  const port = flags['app-port']
  if (!port || !LOCAL.test(flags['app-channel-address'])) return []
  return OWN_PORTS.filter((name) => name !== 'metrics-port' || flags['enable-metrics'])
    .filter((name) => flags[name] === port)
    .map((name) =>
      mistake(
        'app-port',
        `--app-port and --${name} are the same; the app and its sidecar need a port each`,
        String(port),
      ),
    )
}

const mistake = (flag: string, message: string, seen: string): Problem => ({
  path: `--${flag}`,
  code: 'FLAG_INVALID',
  message,
  seen,
})

export const commaList = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** Empty = all, both families. An IPv6 one may have brackets, as in Dapr's `[::1],127.0.0.1`. */
export const addresses = (text: string): string[] => {
  const list = commaList(text).map((each) => each.replace(/^\[(.*)\]$/, '$1'))
  return list.length === 0 ? ['::'] : list
}

/** `OTEL_BSP_*`. What is not a positive number has its default, as the specification asks. */
function batchSettings(env: Env): SidecarSettings['batch'] {
  const read = (name: string, fallback: number): number => {
    const value = Number(env[name])
    return Number.isFinite(value) && value > 0 ? value : fallback
  }
  return {
    // OpenTelemetry's default is 5000: too long for somebody who looks for the trace of a click.
    scheduleDelayMs: read('OTEL_BSP_SCHEDULE_DELAY', 1_000),
    exportTimeoutMs: read('OTEL_BSP_EXPORT_TIMEOUT', 30_000),
    maxQueueSize: read('OTEL_BSP_MAX_QUEUE_SIZE', 2_048),
    maxExportBatchSize: read('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512),
  }
}
