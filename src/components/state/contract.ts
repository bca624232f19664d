/**
 * A state store, as a driver serves it. Keys carry their prefix already; values are bytes; whoever asks for a
 * feature that the store lacks was refused before.
 *
 * Faults: `STATE_ETAG_MISMATCH`, `STATE_ETAG_INVALID` (an ETag that no store of this kind can have given),
 * `STATE_OPTION_INVALID`, `STATE_OUTCOME_UNKNOWN` (the connection broke after the write was sent: never said as a
 * mismatch), `STATE_UNAVAILABLE`.
 *
 * @see dapr components-contrib `state/store.go`
 */
export interface StateStore extends AsyncDisposable {
  readonly features: ReadonlySet<StateFeature>
  /** `undefined`: there is no such key, or it has expired. */
  get(key: string, options: ReadOptions): Promise<StateRecord | undefined>
  set(write: StateWrite): Promise<void>
  /** A key that does not exist is no fault, unless an ETag came with it. */
  delete(key: string, options: DeleteOptions): Promise<void>
  /** All or nothing. Only with the feature `TRANSACTIONAL`. */
  transact(operations: readonly StateOperation[], metadata: StateMetadata): Promise<void>
  /** Whether the store answers. */
  ping(): Promise<void>
}

/** Dapr's names, as metadata shows them. */
export type StateFeature = 'ETAG' | 'TRANSACTIONAL' | 'TTL' | 'DELETE_WITH_PREFIX' | 'KEYS_LIKE'

/** Request metadata, for example `ttlInSeconds`. Names in the case in which they came. */
export type StateMetadata = Readonly<Record<string, string>>

export interface StateRecord {
  readonly value: Uint8Array
  /** Opaque, unquoted. Absent for stores without ETags. */
  readonly etag: string | undefined
  /** Epoch milliseconds. Absent: never, or the store does not tell. */
  readonly expiresMs: number | undefined
}

export interface ReadOptions {
  readonly consistency: Consistency | undefined
  readonly metadata: StateMetadata
}

export interface StateWrite {
  readonly key: string
  readonly value: Uint8Array
  /** Checked whenever it is given, whatever the concurrency. */
  readonly etag: string | undefined
  readonly concurrency: Concurrency | undefined
  readonly consistency: Consistency | undefined
  /** 0 or less: never expires. Absent: the component's own setting. */
  readonly ttlSeconds: number | undefined
  readonly metadata: StateMetadata
}

export interface DeleteOptions {
  readonly etag: string | undefined
  readonly concurrency: Concurrency | undefined
  readonly consistency: Consistency | undefined
  readonly metadata: StateMetadata
}

export type StateOperation =
  | { readonly kind: 'upsert'; readonly write: StateWrite }
  | { readonly kind: 'delete'; readonly key: string; readonly options: DeleteOptions }

export type Concurrency = 'first-write' | 'last-write'
export type Consistency = 'strong' | 'eventual'
