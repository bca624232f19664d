import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import { pause } from '../../base/pause.ts'
import type { AppChannel } from '../app-channel.ts'
import { callApp } from '../call-app.ts'
import type { ComponentHost } from '../components/component-host.ts'
import { type DeliveryParts, deliverMessage } from './deliver-message.ts'
import { readProgrammaticSubscriptions, type Subscription } from './subscription.ts'

/** Keeps the app's subscriptions running, whatever comes and goes. */
export interface Subscriber extends AsyncDisposable {
  /** Asks the app what it wants to hear, once it listens. */
  appIsThere(): Promise<void>
  /** Components have changed: subscriptions follow. */
  follow(): Promise<void>
  /** For `GET /v1.0/metadata`. */
  list(): readonly Subscription[]
}

export interface SubscriberParts {
  readonly host: Pick<ComponentHost, 'find' | 'all'>
  readonly app: AppChannel
  readonly appId: string
  readonly clock: Clock
  readonly log: Logger
  readonly delivery: DeliveryParts
}

const ATTEMPTS = 3
const FIRST_PAUSE_MS = 500
const TIMEOUT_MS = 10_000

export function createSubscriber(parts: SubscriberParts): Subscriber {
  const { host, app, appId, clock, log, delivery } = parts
  const stopping = new AbortController()
  /** What runs, and on which block: another one needs another subscription. */
  const running = new Map<Subscription, { readonly block: object; readonly end: AsyncDisposable }>()
  let wanted: readonly Subscription[] = []
  let asked = false
  let isThere = false
  let last: Promise<void> = Promise.resolve()
  const inTurn = (task: () => Promise<void>): Promise<void> => {
    last = last.then(task, task)
    return last
  }

  const ask = async (): Promise<void> => {
    if (asked || !isThere || host.all('pubsub').length === 0) return
    asked = true
    for (let attempt = 1; ; attempt++)
      try {
        const { status, text } = await callApp(
          app,
          clock,
          {
            method: 'GET',
            target: '/dapr/subscribe',
            headers: ['dapr-app-id', appId],
            body: undefined,
          },
          { timeoutMs: TIMEOUT_MS, signal: stopping.signal },
        )
        if (status === 404) return
        if (status !== 200) throw new Error(`it answered ${status}`)
        const { subscriptions, complaints } = readProgrammaticSubscriptions(text)
        for (const complaint of complaints)
          log.warning(`GET /dapr/subscribe of the app: ${complaint}`)
        wanted = subscriptions
        return
      } catch (error) {
        if (stopping.signal.aborted) return
        if (attempt === ATTEMPTS) {
          log.error(`the app does not tell its subscriptions: ${messageOf(error)}`)
          asked = false
          return
        }
        await pause(clock, FIRST_PAUSE_MS * 2 ** (attempt - 1), stopping.signal)
      }
  }
  const sync = async (): Promise<void> => {
    for (const [subscription, { block, end }] of running) {
      if (host.find('pubsub', subscription.pubsubName)?.block === block) continue
      running.delete(subscription)
      await end[Symbol.asyncDispose]()
    }
    for (const subscription of wanted) {
      if (running.has(subscription) || stopping.signal.aborted) continue
      const { pubsubName, topic, metadata } = subscription
      const hosted = host.find('pubsub', pubsubName)
      if (hosted === undefined) {
        log.warning(`no pubsub component ${pubsubName}: nothing is delivered of topic ${topic}`)
        continue
      }
      const { block } = hosted
      const end = await block.subscribe(topic, metadata, (message, signal) =>
        deliverMessage(delivery, subscription, message, signal),
      )
      running.set(subscription, { block, end })
      log.info(`app is subscribed to the following topics: ${topic} through pubsub=${pubsubName}`)
    }
  }
  const step = async (): Promise<void> => {
    await ask()
    await sync()
  }
  return {
    appIsThere: () =>
      inTurn(async () => {
        isThere = true
        await step()
      }),
    follow: () => inTurn(step),
    list: () => [...running.keys()],
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await last.catch(() => undefined)
      await Promise.all([...running.values()].map(({ end }) => end[Symbol.asyncDispose]()))
      running.clear()
    },
  }
}
