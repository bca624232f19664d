import { randomUUID } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { seldom } from '../base/seldom.ts'
import type { DriverContext } from '../components/index.ts'
import type { Resources, SecretSource, Snapshot } from '../resources/index.ts'
import { componentMetrics, type MetricsRegistry, resourceMetrics } from '../telemetry/index.ts'
import type { AppChannel } from './app-channel.ts'
import { createEventMeter } from './bindings/event-meter.ts'
import { createInputBindings, type InputBindings } from './bindings/input-bindings.ts'
import { createComponentCalls } from './components/component-calls.ts'
import { type ComponentHost, createComponentHost } from './components/component-host.ts'
import {
  createItemSubscriptions,
  type ItemSubscriptions,
} from './configuration/item-subscriptions.ts'
import type { ApiRoute } from './exchange.ts'
import type { Faults } from './faults.ts'
import { bindingRoutes } from './handlers/bindings/routes.ts'
import type { BlockParts } from './handlers/block-parts.ts'
import { configurationRoutes } from './handlers/configuration/routes.ts'
import { conversationRoutes } from './handlers/conversation/routes.ts'
import { lockRoutes } from './handlers/lock/routes.ts'
import type { PublishHandlerParts } from './handlers/publish/publish-target.ts'
import { publishRoutes } from './handlers/publish/routes.ts'
import { secretRoutes } from './handlers/secrets/routes.ts'
import { stateRoutes } from './handlers/state/routes.ts'
import { createLockMeter } from './lock/lock-meter.ts'
import { buryMessage } from './pubsub/bury-message.ts'
import { createPubSubMeter } from './pubsub/pubsub-meter.ts'
import { createSubscriber, type Subscriber } from './pubsub/subscriber.ts'
import type { Policies } from './resiliency/policies.ts'
import type { SidecarSettings } from './settings.ts'
import { tapEvents, tapMessages } from './tap/tap-events.ts'
import type { Taps } from './tap/taps.ts'
import type { ErrorMeter } from './telemetry/error-meter.ts'
import type { SidecarTelemetry } from './telemetry/sidecar-telemetry.ts'

/** The building blocks on components: what runs, the app's subscriptions, and the routes of the API. */
export interface BuiltBlocks {
  readonly host: ComponentHost
  readonly subscriber: Subscriber
  /** Of configuration stores. */
  readonly subscriptions: ItemSubscriptions
  readonly inputs: InputBindings
  readonly routes: readonly ApiRoute[]
}

export function buildBlocks(
  settings: SidecarSettings,
  parts: {
    readonly app: AppChannel
    readonly telemetry: SidecarTelemetry
    readonly policies: Policies
    readonly registry: MetricsRegistry
    readonly configuration: { current(): Snapshot }
    readonly clock: Clock
    readonly log: Logger
    readonly env: Readonly<Record<string, string | undefined>>
    readonly resources: { current(): Resources }
    readonly secrets: Pick<SecretSource, 'resolve' | 'whyMissing'>
    readonly sharedParts: DriverContext['shared']
    readonly faults?: Faults | undefined
    readonly countError: ErrorMeter
    readonly taps: Pick<Taps, 'event'>
  },
): BuiltBlocks {
  const { app, telemetry, policies, registry, clock, log, secrets } = parts
  const { appId: app_id, maxBodyBytes } = settings
  const loaded = registry.counter(componentMetrics.loaded).with({ app_id })
  const initialized = registry.counter(componentMetrics.initTotal)
  const initFailed = registry.counter(componentMetrics.initFailTotal)
  const failed = registry.gauge(resourceMetrics.componentsFailed).with({})
  failed.set(0)
  const host = createComponentHost({
    ...settings,
    clock,
    log,
    lookup: {
      env: parts.env,
      secret: secrets.resolve,
      whyNoSecret: secrets.whyMissing,
      identity: settings,
    },
    shared: parts.sharedParts,
    faults: parts.faults,
    onChange() {
      failed.set(host.failed().length)
      void subscriber.follow()
      subscriptions.follow()
      void inputs.follow()
    },
    onInit(component, componentName, failed) {
      if (failed) {
        initFailed.with({ app_id, component, reason: 'init', componentName }).inc()
        return
      }
      loaded.inc()
      initialized.with({ app_id, component }).inc()
    },
  })
  const block: BlockParts = {
    host,
    calls: createComponentCalls({ ...telemetry, ...settings, policies, registry, clock }),
    own: settings,
    maxBodyBytes,
  }
  const messages: PublishHandlerParts = {
    ...telemetry,
    ...block,
    policies,
    clock,
    meter: tapMessages(createPubSubMeter(registry, settings), parts.taps),
    countError: parts.countError,
    newId: () => randomUUID(),
  }
  const subscriber: Subscriber = createSubscriber({
    host,
    app,
    own: settings,
    clock,
    log,
    delivery: {
      ...messages,
      ...telemetry,
      app,
      seldomLog: seldom(log, clock),
      guardOf(name) {
        const hosted = host.find('pubsub', name)
        return hosted && policies.forComponent(hosted.component, 'inbound')
      },
      bury: buryMessage(messages),
    },
    asksApp: settings.asksSubscriptions,
    declared: () => parts.resources.current().subscriptions,
  })
  const subscriptions = createItemSubscriptions({
    ...telemetry,
    host,
    app,
    own: settings,
    clock,
    log,
    newId: () => randomUUID(),
  })
  const inputs = createInputBindings({
    ...telemetry,
    host,
    app,
    own: settings,
    clock,
    log,
    seldomLog: seldom(log, clock),
    meter: tapEvents(createEventMeter(registry, settings), parts.taps),
    optionsTimeoutMs: settings.appBindingOptionsTimeoutMs,
  })
  return {
    host,
    subscriber,
    subscriptions,
    inputs,
    routes: [
      ...stateRoutes(block),
      ...publishRoutes(messages),
      ...secretRoutes({
        ...block,
        configuration: () => parts.configuration.current().configuration,
      }),
      ...configurationRoutes({ ...block, subscriptions, hasApp: settings.appPort !== undefined }),
      ...bindingRoutes(block),
      ...conversationRoutes(block),
      ...lockRoutes({ ...block, meter: createLockMeter(registry, clock, settings) }),
    ],
  }
}
