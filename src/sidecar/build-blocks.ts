import { randomUUID } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { DriverContext } from '../components/index.ts'
import type { SecretFiles } from '../resources/index.ts'
import { componentMetrics, type MetricsRegistry } from '../telemetry/index.ts'
import { CLOUD_EVENTS_JSON } from '../wire/cloud-event.ts'
import type { AppChannel } from './app-channel.ts'
import { createComponentCalls } from './components/component-calls.ts'
import { type ComponentHost, createComponentHost } from './components/component-host.ts'
import { type PublishHandlerParts, publish } from './handlers/publish/publish.ts'
import { bulkGetState } from './handlers/state/bulk-get-state.ts'
import { deleteState } from './handlers/state/delete-state.ts'
import { getState } from './handlers/state/get-state.ts'
import { setState } from './handlers/state/set-state.ts'
import { transactState } from './handlers/state/transact-state.ts'
import { createPubSubMeter } from './pubsub/pubsub-meter.ts'
import { createSubscriber, type Subscriber } from './pubsub/subscriber.ts'
import type { Handlers } from './routes.ts'
import type { SidecarSettings } from './settings.ts'
import type { SidecarTelemetry } from './telemetry/sidecar-telemetry.ts'

/** The building blocks on components: what runs, the app's subscriptions, and the handlers of their routes. */
export interface Blocks {
  readonly host: ComponentHost
  readonly subscriber: Subscriber
  readonly handlers: Pick<
    Handlers,
    'getState' | 'setState' | 'deleteState' | 'bulkGetState' | 'transactState' | 'publish'
  >
}

export function buildBlocks(
  settings: SidecarSettings,
  parts: {
    readonly app: AppChannel
    readonly telemetry: SidecarTelemetry
    readonly registry: MetricsRegistry
    readonly clock: Clock
    readonly log: Logger
    readonly env: Readonly<Record<string, string | undefined>>
    readonly secrets: Pick<SecretFiles, 'resolve' | 'placeOf'>
    readonly sharedParts: DriverContext['shared']
  },
): Blocks {
  const { app, telemetry, registry, clock, log, secrets } = parts
  const { appId: app_id, maxBodyBytes } = settings
  const initialized = registry.counter(componentMetrics.initTotal)
  const initFailed = registry.counter(componentMetrics.initFailTotal)
  const host = createComponentHost({
    ...settings,
    clock,
    log,
    lookup: {
      env: parts.env,
      secret: secrets.resolve,
      secretPlace: secrets.placeOf,
      identity: settings,
    },
    shared: parts.sharedParts,
    onChange: () => void subscriber.follow(),
    onInit(component, componentName, failed) {
      if (failed) initFailed.with({ app_id, component, reason: 'init', componentName }).inc()
      else initialized.with({ app_id, component }).inc()
    },
  })
  const calls = createComponentCalls({ ...telemetry, ...settings, registry, clock })
  const state = { host, calls, own: settings, maxBodyBytes }
  const messages: PublishHandlerParts = {
    ...telemetry,
    host,
    clock,
    meter: createPubSubMeter(registry, settings),
    newId: () => randomUUID(),
    appId: app_id,
    maxBodyBytes,
  }
  const subscriber: Subscriber = createSubscriber({
    host,
    app,
    appId: app_id,
    clock,
    log,
    delivery: {
      ...messages,
      own: settings,
      app,
      keeper: telemetry.keeper,
      log,
      async bury({ pubsubName, deadLetterTopic = '' }, data) {
        const hosted = host.pubsub(pubsubName)
        if (hosted === undefined) throw new Error(`the component ${pubsubName} is gone`)
        await hosted.block.publish({
          topic: deadLetterTopic,
          data,
          contentType: CLOUD_EVENTS_JSON,
          metadata: {},
        })
      },
    },
  })
  return {
    host,
    subscriber,
    handlers: {
      getState: getState(state),
      setState: setState(state),
      deleteState: deleteState(state),
      bulkGetState: bulkGetState(state),
      transactState: transactState(state),
      publish: publish(messages),
    },
  }
}
