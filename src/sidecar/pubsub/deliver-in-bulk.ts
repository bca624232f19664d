import { onAbort } from '../../base/on-abort.ts'
import type { HandleMessage, IncomingMessage } from '../../components/pubsub/index.ts'
import type { BulkSpec } from '../../resources/index.ts'
import { CLOUD_EVENTS_JSON } from '../../wire/cloud-event.ts'
import { asRecord } from '../../wire/lower-keys.ts'
import { askApp, failureOf, type Said, verdictOf } from './ask-app.ts'
import { askGuarded } from './ask-guarded.ts'
import type { Routes } from './compile-routes.ts'
import { beginDelivery, type Delivery, type DeliveryParts, type Verdict } from './delivery.ts'
import { isRaw } from './read-event.ts'
import type { AppSubscription } from './subscription.ts'

/** A batch is sent as soon as it holds this much: apps take bodies of 4 MB. */
const MAX_BATCH_BYTES = 2_097_152

interface Waiting {
  readonly message: IncomingMessage
  readonly signal: AbortSignal
  readonly resolve: (settled: Promise<void>) => void
}

/**
 * Collects messages, and hands them to the app in one call. Each is a delivery of its own: with its own span, its own
 * verdict, and its own promise to the broker. What is collected is bounded by the driver's concurrency.
 *
 * @see dapr `pkg/runtime/subscription/bulkresources.go`, `pkg/runtime/pubsub/default_bulksub.go`
 */
export function deliverInBulk(
  parts: DeliveryParts,
  subscription: AppSubscription,
  routes: Routes,
  { maxMessages, maxAwaitMs }: BulkSpec,
): HandleMessage {
  let batch: Waiting[] = []
  let bytes = 0
  let cancel: () => void = () => undefined
  let endWait: () => void = () => undefined

  const flush = (): void => {
    cancel()
    endWait()
    const due = batch
    batch = []
    bytes = 0
    void sendBatch(parts, subscription, routes, due)
  }
  return (message, signal) =>
    new Promise((resolve) => {
      if (batch.length === 0) {
        cancel = parts.clock.after(maxAwaitMs, flush)
        // A subscription that ends waits for what is under way: nothing is left lying.
        if (!signal.aborted) endWait = onAbort(signal, flush)
      }
      batch.push({ message, signal, resolve })
      bytes += message.data.length
      if (batch.length >= maxMessages || bytes >= MAX_BATCH_BYTES || signal.aborted) flush()
    })
}

interface Entry {
  readonly entryId: string
  readonly delivery: Delivery
  /** Tells the broker. */
  readonly settle: (verdict: Verdict) => void
}

/** One call for each path of the app. */
async function sendBatch(
  parts: DeliveryParts,
  subscription: AppSubscription,
  routes: Routes,
  batch: readonly Waiting[],
): Promise<void> {
  const byPath = new Map<string, Entry[]>()
  for (const { message, resolve } of batch) {
    const delivery = beginDelivery(parts, subscription, routes, message)
    const { target } = delivery
    const settle = (verdict: Verdict): void => resolve(delivery.settle(verdict))
    if (!('path' in target)) {
      settle(target)
      continue
    }
    const entries = byPath.get(target.path) ?? []
    byPath.set(target.path, entries)
    entries.push({ entryId: parts.newId(), delivery, settle })
  }
  const signal = batch[0]?.signal
  if (signal === undefined) return
  await Promise.all(
    [...byPath].map(([path, entries]) => callWith(parts, subscription, path, entries, signal)),
  )
}

async function callWith(
  parts: DeliveryParts,
  subscription: AppSubscription,
  path: string,
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<void> {
  const { clock, meter } = parts
  const startMs = clock.elapsedMs()
  // One request has one context: the last one's, as in daprd. Each entry's stands in its metadata.
  const context = entries.at(-1)?.delivery.context ?? []
  const headers = ['Content-Type', 'application/json', ...context]
  const body = Buffer.from(formatBatch(subscription, parts.newId(), entries))
  const reply = await askGuarded<{ readonly text: string } | Said>(
    parts.guardOf(subscription.pubsubName),
    { span: entries.at(-1)?.delivery.span, signal },
    (abort) => askApp(parts, path, headers, body, abort),
    (answer) => ('text' in answer ? undefined : failureOf(answer)),
    (none) => ({ verdict: none, reason: '' }),
  )
  const verdictOn = 'text' in reply ? readStatuses(reply.text) : () => reply.verdict
  for (const { entryId, settle } of entries) settle(verdictOn(entryId))
  meter.deliveredBatch(
    subscription,
    'text' in reply ? 'success' : 'retry',
    clock.elapsedMs() - startMs,
  )
}

/** Envelopes stand in it as they came, digit for digit. */
function formatBatch(
  { pubsubName, topic, metadata }: AppSubscription,
  id: string,
  entries: readonly Entry[],
): string {
  const raw = isRaw(metadata)
  const head = { id, type: 'com.dapr.event.sent.bulk', topic, pubsubname: pubsubName, metadata }
  const items = entries.map(({ entryId, delivery: { message, event, context } }) => {
    const fields = {
      entryId,
      contentType: raw ? 'application/octet-stream' : CLOUD_EVENTS_JSON,
      metadata: { ...message.metadata, ...pairsOf(context) },
    }
    const text = raw
      ? JSON.stringify(Buffer.from(message.data).toString('base64'))
      : Buffer.from(event?.bytes ?? []).toString()
    return `${JSON.stringify(fields).slice(0, -1)},"event":${text}}`
  })
  return `${JSON.stringify(head).slice(0, -1)},"entries":[${items.join()}]}`
}

function pairsOf(headers: readonly string[]): Record<string, string> {
  const pairs: Record<string, string> = {}
  for (let i = 0; i + 1 < headers.length; i += 2)
    pairs[headers[i] as string] = headers[i + 1] as string
  return pairs
}

/** The verdict on each entry. One that the app says nothing of is to be delivered again. */
function readStatuses(text: string): (entryId: string) => Verdict {
  let statuses: unknown
  try {
    statuses = asRecord(JSON.parse(text)).statuses
  } catch {
    // No JSON has no list either.
  }
  if (!Array.isArray(statuses)) return () => unsaid('the app answers without a list "statuses"')
  const byId = new Map(statuses.map(asRecord).map(({ entryId, status }) => [entryId, status]))
  return (entryId) =>
    byId.has(entryId)
      ? verdictOf(byId.get(entryId) || 'RETRY')
      : unsaid('the app’s answer has no status of this entry')
}

const unsaid = (failure: string): Verdict => ({ outcome: 'retry', mayBury: true, failure })
