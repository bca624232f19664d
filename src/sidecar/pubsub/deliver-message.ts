import type { IncomingMessage } from '../../components/pubsub/index.ts'
import { CLOUD_EVENTS_JSON } from '../../wire/cloud-event.ts'
import { asRecord } from '../../wire/lower-keys.ts'
import { askApp, metadataHeaders, verdictOf } from './ask-app.ts'
import type { Routes } from './compile-routes.ts'
import { beginDelivery, type Delivery, type DeliveryParts, type Verdict } from './delivery.ts'
import type { AppSubscription } from './subscription.ts'

/**
 * Hands one message to the app, as a span below that of its publisher.
 *
 * @throws Error when it is to be delivered again
 * @see dapr `pkg/runtime/subscription/postman/http/http.go`
 */
export async function deliverMessage(
  parts: DeliveryParts,
  subscription: AppSubscription,
  routes: Routes,
  message: IncomingMessage,
  signal: AbortSignal,
): Promise<void> {
  const delivery = beginDelivery(parts, subscription, routes, message)
  // The place of an inbound policy: it repeats this call, each time as a delivery of its own, while the verdict
  // is `retry`; only the last one may bury.
  const verdict = await handOver(parts, delivery, signal)
  await delivery.settle(verdict)
}

async function handOver(
  parts: DeliveryParts,
  { message, event, span, target, context }: Delivery,
  signal: AbortSignal,
): Promise<Verdict> {
  if (!('path' in target)) return target
  const headers = [
    'Content-Type',
    CLOUD_EVENTS_JSON,
    ...metadataHeaders(message.metadata),
    ...context,
  ]
  const reply = await askApp(parts, target.path, headers, event?.bytes ?? message.data, signal)
  if ('text' in reply) return verdictOf(statusOf(reply.text))
  span?.fail(reply.failure)
  return reply.verdict
}

function statusOf(text: string): unknown {
  try {
    return asRecord(JSON.parse(text)).status
  } catch {
    return undefined
  }
}
