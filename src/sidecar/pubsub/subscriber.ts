import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import type { HandleMessage, PubSub } from '../../components/pubsub/index.ts'
import type { DeclaredSubscription, Located } from '../../resources/index.ts'
import type { AppChannel } from '../app-channel.ts'
import type { ComponentHost, Hosted } from '../components/component-host.ts'
import { askSubscriptions } from './ask-subscriptions.ts'
import { compileRoutes } from './compile-routes.ts'
import { deliverInBulk } from './deliver-in-bulk.ts'
import { deliverMessage } from './deliver-message.ts'
import type { DeliveryParts } from './delivery.ts'
import type { AppSubscription } from './subscription.ts'
import { readTopicAccess } from './topic-access.ts'
import { wantedSubscriptions } from './wanted-subscriptions.ts'

/** Keeps the app's subscriptions running, whatever comes and goes. */
export interface Subscriber extends AsyncDisposable {
  /** Asks the app what it wants to hear, once it listens. */
  appIsThere(): Promise<void>
  /** Components or Subscriptions have changed: what runs follows. */
  follow(): Promise<void>
  /** For `GET /v1.0/metadata`. */
  list(): readonly AppSubscription[]
}

export interface SubscriberParts {
  readonly host: Pick<ComponentHost, 'find' | 'all'>
  readonly app: AppChannel
  readonly own: { readonly appId: string; readonly namespace: string }
  readonly clock: Clock
  readonly log: Logger
  readonly delivery: DeliveryParts
  /** Whether the app is asked what it wants to hear, besides what resources say. */
  readonly asksApp: boolean
  /** What the resources say now. */
  readonly declared: () => readonly Located<DeclaredSubscription>[]
}

/** What runs of a topic. A change of its routes is one swap: the broker's subscription stays. */
interface Running {
  readonly block: object
  readonly end: AsyncDisposable
  subscription: AppSubscription
  handle: HandleMessage
}

export function createSubscriber(parts: SubscriberParts): Subscriber {
  const { host, own, log, delivery, declared } = parts
  const stopping = new AbortController()
  const running = new Map<string, Running>()
  let programmatic: readonly AppSubscription[] | undefined = parts.asksApp ? undefined : []
  let isThere = false
  let complaints: ReadonlySet<string> = new Set()
  let last: Promise<void> = Promise.resolve()
  const inTurn = (task: () => Promise<void>): Promise<void> => {
    last = last.then(task, task)
    return last
  }

  const start = async (
    subscription: AppSubscription,
    { component, block }: Hosted<PubSub>,
    handle: HandleMessage,
  ): Promise<Running> => {
    const { topic, metadata, bulk, pubsubName } = subscription
    const access = readTopicAccess(component, own)
    const runs: Omit<Running, 'end'> = { block, subscription, handle }
    const end = await block.subscribe(
      access.atBroker(topic),
      metadata,
      (message, signal) =>
        runs.handle({ ...message, topic: access.fromBroker(message.topic) }, signal),
      bulk === undefined ? {} : { atOnce: bulk.maxMessages },
    )
    delivery.meter.hears(subscription)
    log.info(`app is subscribed to the following topics: ${topic} through pubsub=${pubsubName}`)
    return Object.assign(runs, { end })
  }
  const endOf = async (key: string): Promise<void> => {
    const runs = running.get(key)
    running.delete(key)
    await runs?.end[Symbol.asyncDispose]()
  }
  /** @returns why it does not run as wanted */
  const run = async (key: string, wanted: AppSubscription): Promise<string | undefined> => {
    const { pubsubName, topic } = wanted
    const before = running.get(key)
    const hosted = host.find('pubsub', pubsubName)
    const refused =
      hosted === undefined
        ? `no pubsub component ${pubsubName}: nothing is delivered of topic ${topic}`
        : refusalOf(hosted, topic)
    if (hosted === undefined || refused !== undefined) {
      await endOf(key)
      return refused
    }
    const isSameBroker =
      before?.block === hosted.block && brokerSide(before.subscription) === brokerSide(wanted)
    if (isSameBroker && JSON.stringify(before?.subscription) === JSON.stringify(wanted)) return
    const routes = await compileRoutes(wanted.rules)
    if (!routes.ok) {
      await endOf(key)
      return `nothing is delivered of topic ${topic}: ${routes.error}`
    }
    const handle: HandleMessage =
      wanted.bulk === undefined
        ? (message, signal) => deliverMessage(delivery, wanted, routes.value, message, signal)
        : deliverInBulk(delivery, wanted, routes.value, wanted.bulk)
    if (before !== undefined && isSameBroker) {
      before.subscription = wanted
      before.handle = handle
      log.info(`the subscription of topic ${topic} has changed`)
      return
    }
    await endOf(key)
    running.set(key, await start(wanted, hosted, handle))
    return
  }
  const refusalOf = ({ component }: Hosted<PubSub>, topic: string): string | undefined =>
    readTopicAccess(component, own).maySubscribe(topic)
      ? undefined
      : `subscription to topic ${topic} on pubsub ${component.name} is not allowed for app id ${own.appId}`

  const sync = async (): Promise<void> => {
    const { subscriptions, passedOver } = wantedSubscriptions(programmatic ?? [], declared(), own)
    const told = new Set(passedOver)
    for (const key of running.keys()) if (!subscriptions.has(key)) await endOf(key)
    for (const [key, subscription] of subscriptions) {
      if (stopping.signal.aborted) return
      try {
        const complaint = await run(key, subscription)
        if (complaint !== undefined) told.add(complaint)
      } catch (error) {
        told.add(`nothing is delivered of topic ${subscription.topic}: ${messageOf(error)}`)
      }
    }
    // What is still the case was said already.
    for (const complaint of told) if (!complaints.has(complaint)) log.warning(complaint)
    complaints = told
  }
  const step = async (): Promise<void> => {
    if (!isThere) return
    if (programmatic === undefined && host.all('pubsub').length > 0)
      programmatic = await askSubscriptions(parts, stopping.signal)
    await sync()
  }
  return {
    appIsThere: () =>
      inTurn(async () => {
        isThere = true
        await step()
      }),
    follow: () => inTurn(step),
    list: () => [...running.values()].map(({ subscription }) => subscription),
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await last.catch(() => undefined)
      await Promise.all([...running.keys()].map(endOf))
    },
  }
}

/** What a broker was told: a change of it needs another subscription there. */
const brokerSide = ({ metadata, bulk }: AppSubscription): string =>
  JSON.stringify([metadata, bulk?.maxMessages])
