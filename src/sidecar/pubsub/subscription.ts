import {
  BULK_AWAIT_MS,
  BULK_MESSAGES,
  type BulkSpec,
  type RouteRule,
  type Subscription,
  toPath,
} from '../../resources/index.ts'
import { asRecord, lowerKeys } from '../../wire/lower-keys.ts'

/** What became of a delivery. `retry`: the broker is asked to deliver again. */
export type DeliveryOutcome =
  | 'success'
  | 'retry'
  | 'drop_by_app'
  | 'drop_by_sidecar'
  | 'dead_letter'

/** What the app hears, and who said so: the app, or a resource. */
export interface AppSubscription extends Subscription {
  readonly type: 'PROGRAMMATIC' | 'DECLARATIVE'
}

export interface ReadSubscriptions {
  readonly subscriptions: readonly AppSubscription[]
  /** What is left out, and why: one sentence each. */
  readonly complaints: readonly string[]
}

/**
 * The app's answer to `GET /dapr/subscribe`. Names of fields are matched in any case.
 *
 * @see dapr `pkg/runtime/pubsub/subscriptions.go`
 */
export function readProgrammaticSubscriptions(text: string): ReadSubscriptions {
  let value: unknown
  try {
    value = JSON.parse(text === '' ? '[]' : text)
  } catch {
    return { subscriptions: [], complaints: ['the answer is no JSON'] }
  }
  if (!Array.isArray(value)) return { subscriptions: [], complaints: ['the answer is no array'] }
  const subscriptions: AppSubscription[] = []
  const complaints: string[] = []
  for (const [i, raw] of value.entries()) {
    const read = readOne(raw)
    if (typeof read === 'string') complaints.push(`subscription ${i + 1}: ${read}`)
    else subscriptions.push(read)
  }
  return { subscriptions, complaints }
}

function readOne(raw: unknown): AppSubscription | string {
  const fields = lowerKeys(raw)
  const pubsubName = textOf(fields.pubsubname)
  const topic = textOf(fields.topic)
  if (pubsubName === undefined) return 'pubsubname is missing'
  if (topic === undefined) return 'topic is missing'
  const rules = rulesOf(fields)
  if (rules.length === 0) return 'it has no route'
  return {
    type: 'PROGRAMMATIC',
    pubsubName,
    topic,
    rules,
    deadLetterTopic: textOf(fields.deadlettertopic),
    metadata: Object.fromEntries(
      Object.entries(asRecord(fields.metadata)).map(([name, item]) => [name, String(item)]),
    ),
    bulk: bulkOf(lowerKeys(fields.bulksubscribe)),
  }
}

type Fields = Readonly<Record<string, unknown>>

function rulesOf(fields: Fields): RouteRule[] {
  const routes = lowerKeys(fields.routes)
  const rules = (Array.isArray(routes.rules) ? routes.rules : []).map(lowerKeys)
  return [...rules, { path: routes.default }, { path: fields.route }].flatMap((rule: Fields) => {
    const path = textOf(rule.path)
    return path === undefined
      ? []
      : { match: textOf(rule.match)?.trim() || undefined, path: toPath(path) }
  })
}

function bulkOf({ enabled, maxmessagescount, maxawaitdurationms }: Fields): BulkSpec | undefined {
  if (enabled !== true) return undefined
  return {
    maxMessages: within(maxmessagescount, BULK_MESSAGES),
    maxAwaitMs: within(maxawaitdurationms, BULK_AWAIT_MS),
  }
}

/** 0 is what an SDK sends where nothing was said. */
const within = (value: unknown, { fallback, max }: { fallback: number; max: number }): number =>
  typeof value === 'number' && value >= 1 ? Math.min(Math.floor(value), max) : fallback

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
