/**
 * A broker, as a driver serves it. Topics carry their prefix already; data is the envelope, or the raw payload.
 * Delivery is at least once: a handler that rejects gets the message again by the driver's own rules.
 *
 * Faults: `PUBSUB_UNAVAILABLE` (nothing was published), `PUBSUB_OUTCOME_UNKNOWN` (the connection broke after the
 * message was sent), `PUBSUB_FULL`.
 *
 * @see dapr components-contrib `pubsub/pubsub.go`
 */
export interface PubSub extends AsyncDisposable {
  readonly features: ReadonlySet<PubSubFeature>
  /** Settles when the broker has taken the message. */
  publish(message: OutgoingMessage): Promise<void>
  /**
   * Begins to deliver. Calls `handle` for each message, several at a time within the driver's bound: what its
   * handlers hold is all that a subscription holds in memory beside what the driver reads ahead.
   * @returns ends it: no new delivery begins, those under way are waited for
   */
  subscribe(
    topic: string,
    metadata: MessageMetadata,
    handle: HandleMessage,
    options?: SubscribeOptions,
  ): Promise<AsyncDisposable>
}

export interface SubscribeOptions {
  /** The handler collects as many messages before it does anything: a lower bound of the driver's is raised to it. */
  readonly atOnce?: number
}

/** Dapr's names, as metadata shows them. */
export type PubSubFeature = 'MESSAGE_TTL' | 'SUBSCRIBE_WILDCARDS' | 'BULK_PUBSUB'

export type MessageMetadata = Readonly<Record<string, string>>

export interface OutgoingMessage {
  readonly topic: string
  readonly data: Uint8Array
  readonly contentType: string
  readonly metadata: MessageMetadata
}

export interface IncomingMessage {
  readonly topic: string
  readonly data: Uint8Array
  /** What the broker tells, and what the publisher's metadata became. */
  readonly metadata: MessageMetadata
  /** 1 for the first delivery. */
  readonly attempt: number
  /** Epoch milliseconds at which the broker took it; absent where it does not tell. */
  readonly publishedMs: number | undefined
}

/** Resolves: done with. Rejects: deliver it again. `signal` fires when the subscription ends. */
export type HandleMessage = (message: IncomingMessage, signal: AbortSignal) => Promise<void>
