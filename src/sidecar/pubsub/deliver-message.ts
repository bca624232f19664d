import type { IncomingMessage } from '../../components/pubsub/index.ts'
import { CLOUD_EVENTS_JSON } from '../../wire/cloud-event.ts'
import { asRecord } from '../../wire/lower-keys.ts'
import { askApp, failureOf, metadataHeaders, type Said, verdictOf } from './ask-app.ts'
import { askGuarded } from './ask-guarded.ts'
import type { Routes } from './compile-routes.ts'
import { beginDelivery, type Delivery, type DeliveryParts } from './delivery.ts'
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
  const { span, target } = delivery
  if (!('path' in target)) return delivery.settle(target)
  const { verdict } = await askGuarded<Said>(
    parts.guardOf(subscription.pubsubName),
    { span, signal },
    (abort) => handOver(parts, delivery, target.path, abort),
    failureOf,
    (none) => ({ verdict: none, reason: '' }),
  )
  await delivery.settle(verdict)
}

async function handOver(
  parts: DeliveryParts,
  { message, event, context }: Delivery,
  path: string,
  signal: AbortSignal,
): Promise<Said> {
  const headers = [
    'Content-Type',
    CLOUD_EVENTS_JSON,
    ...metadataHeaders(message.metadata),
    ...context,
  ]
  const reply = await askApp(parts, path, headers, event?.bytes ?? message.data, signal)
  return 'text' in reply ? { verdict: verdictOf(statusOf(reply.text)), reason: 'RETRY' } : reply
}

function statusOf(text: string): unknown {
  try {
    return asRecord(JSON.parse(text)).status
  } catch {
    return undefined
  }
}
