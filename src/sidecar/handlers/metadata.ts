import { DAPR_VERSION, VERSION } from '../../base/version.ts'
import { readBody } from '../../net/index.ts'
import type { SidecarReport } from '../../wire/sidecar-report.ts'
import type { ComponentStatus } from '../components/component-host.ts'
import type { Handler } from '../exchange.ts'
import type { AppSubscription } from '../pubsub/subscription.ts'
import type { SidecarSettings } from '../settings.ts'
import { jsonReply, NO_CONTENT } from './replies.ts'

export interface MetadataSources {
  readonly settings: SidecarSettings
  readonly report: () => SidecarReport
  readonly components: () => readonly ComponentStatus[]
  /** Names of the resources in force. */
  readonly resiliencies: () => readonly string[]
  readonly subscriptions: () => readonly AppSubscription[]
  /** What was PUT, and what the command line adds (`appPID`, `cliPID`, `appCommand`). */
  readonly extended: Map<string, string>
}

/** Dapr's fields, each left out when empty, and ours: the sidecar's report. */
export const getMetadata =
  (sources: MetadataSources): Handler =>
  () => {
    const { settings, extended } = sources
    const components = sources.components()
    const resiliencies = sources.resiliencies().map((name) => ({ name }))
    const subscriptions = sources.subscriptions().map(showSubscription)
    return jsonReply({
      id: settings.appId,
      runtimeVersion: DAPR_VERSION,
      ...(components.length === 0 ? {} : { components }),
      ...(subscriptions.length === 0 ? {} : { subscriptions }),
      ...(resiliencies.length === 0 ? {} : { resiliencies }),
      extended: {
        daprRuntimeVersion: DAPR_VERSION,
        sidelightVersion: VERSION,
        ...Object.fromEntries(extended),
      },
      ...(settings.appPort === undefined
        ? {}
        : { appConnectionProperties: appConnection(settings) }),
      actorRuntime: { runtimeStatus: 'DISABLED', hostReady: false, placement: '' },
      sidelight: sources.report(),
    })
  }

const showSubscription = (subscription: AppSubscription) => ({
  pubsubname: subscription.pubsubName,
  topic: subscription.topic,
  ...(Object.keys(subscription.metadata).length === 0 ? {} : { metadata: subscription.metadata }),
  rules: subscription.rules,
  deadLetterTopic: subscription.deadLetterTopic ?? '',
  type: subscription.type,
})

function appConnection(settings: SidecarSettings) {
  const { appHealthCheck: health } = settings
  return {
    port: settings.appPort,
    protocol: settings.appProtocol,
    channelAddress: settings.appChannelAddress,
    maxConcurrency: settings.appMaxConcurrency,
    health: health && {
      healthCheckPath: health.path,
      healthProbeInterval: `${health.intervalMs / 1000}s`,
      healthProbeTimeout: `${health.timeoutMs}ms`,
      healthThreshold: health.threshold,
    },
  }
}

/** The raw body is the value. */
export const putMetadata =
  (sources: MetadataSources): Handler =>
  async (x) => {
    const body = await readBody(x.request, sources.settings.maxBodyBytes)
    sources.extended.set(decodeURIComponent(x.params.key ?? ''), Buffer.from(body).toString())
    return NO_CONTENT
  }
