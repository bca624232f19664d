/**
 * What an app wants to hear of one topic.
 *
 * @see dapr `pkg/apis/subscriptions/v2alpha1/types.go`
 */
export interface Subscription {
  readonly pubsubName: string
  readonly topic: string
  /** Asked in order; the first that takes the event tells the path. */
  readonly rules: readonly RouteRule[]
  readonly deadLetterTopic: string | undefined
  readonly metadata: Readonly<Record<string, string>>
  /** Absent: each message is a call of its own. */
  readonly bulk: BulkSpec | undefined
}

export interface RouteRule {
  /** In CEL, over `event`. Absent: takes every event. */
  readonly match: string | undefined
  readonly path: string
}

export interface BulkSpec {
  /** Of one call. */
  readonly maxMessages: number
  /** That the first message of a call waits for others. */
  readonly maxAwaitMs: number
}

/** A Subscription that stands in a file. */
export interface DeclaredSubscription extends Subscription {
  readonly name: string
  /** Empty where none was given. */
  readonly namespace: string
  /** App ids that it is for; none = all. */
  readonly scopes: readonly string[]
}

/** daprd's defaults, and our bounds: what is collected is held in memory. */
export const BULK_MESSAGES = { fallback: 100, max: 1_000 }
export const BULK_AWAIT_MS = { fallback: 1_000, max: 60_000 }

/** A path as it is asked of the app: `orders` means `/orders`. */
export const toPath = (path: string): string => (path.startsWith('/') ? path : `/${path}`)
