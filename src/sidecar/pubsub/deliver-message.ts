import type { IncomingMessage } from '../../components/pubsub/index.ts'
import { CLOUD_EVENTS_JSON } from '../../wire/cloud-event.ts'
import { asRecord } from '../../wire/lower-keys.ts'
import { askApp, failureOf, metadataHeaders, verdictOf } from './ask-app.ts'
import { askGuarded } from './ask-guarded.ts'
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
  const { span } = delivery
  const { verdict, failure } = await askGuarded<Handed>(
    'path' in delivery.target ? parts.guardOf(subscription.pubsubName) : undefined,
    { span, signal },
    (abort) => handOver(parts, delivery, abort),
    (handed) => failureOf(handed.verdict, handed.status),
    (none) => none,
  )
  if (failure !== undefined) span?.fail(failure)
  await delivery.settle(verdict)
}

interface Handed {
  readonly verdict: Verdict
  /** What the span says of it. */
  readonly failure?: string
  /** Of an answer that is no success. */
  readonly status?: number
}

async function handOver(
  parts: DeliveryParts,
  { message, event, target, context }: Delivery,
  signal: AbortSignal,
): Promise<Handed> {
  if (!('path' in target)) return { verdict: target }
  const headers = [
    'Content-Type',
    CLOUD_EVENTS_JSON,
    ...metadataHeaders(message.metadata),
    ...context,
  ]
  const reply = await askApp(parts, target.path, headers, event?.bytes ?? message.data, signal)
  return 'text' in reply ? { verdict: verdictOf(statusOf(reply.text)) } : reply
}

function statusOf(text: string): unknown {
  try {
    return asRecord(JSON.parse(text)).status
  } catch {
    return undefined
  }
}
