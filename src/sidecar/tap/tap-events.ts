import type { EventMeter } from '../bindings/event-meter.ts'
import type { PubSubMeter } from '../pubsub/pubsub-meter.ts'
import type { Taps } from './taps.ts'

type Tell = Pick<Taps, 'event'>

/** What is counted of messages is told to those who watch live, too. */
export const tapMessages = (meter: PubSubMeter, taps: Tell): PubSubMeter => ({
  ...meter,
  delivered(subscription, outcome, durationMs, span) {
    meter.delivered(subscription, outcome, durationMs, span)
    const { pubsubName: component, topic: path } = subscription
    taps.event({ api: 'subscribe', component, path, outcome, durationMs, span })
  },
})

/** The same of events of bindings. */
export const tapEvents = (meter: EventMeter, taps: Tell): EventMeter => ({
  delivered(component, success, durationMs, span) {
    meter.delivered(component, success, durationMs, span)
    const outcome = success ? 'success' : 'retry'
    taps.event({ api: 'bindings', component, path: component, outcome, durationMs, span })
  },
})
