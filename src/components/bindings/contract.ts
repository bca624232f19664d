/**
 * A binding, as a driver serves it: what the app calls (output), what calls the app (input), or both.
 *
 * Faults of `invoke` have any code; their `params` are the metadata of an answer that was a refusal. No message names
 * a file, a key, a value or a URL.
 *
 * @see dapr components-contrib `bindings/output_binding.go`, `bindings/input_binding.go`
 */
export interface Binding extends AsyncDisposable {
  readonly features: ReadonlySet<BindingFeature>
  /** What `invoke` can do, for example `create`; none for an input binding. */
  readonly operations: readonly string[]
  /** @returns undefined: it is done, and there is nothing to say */
  invoke(request: BindingRequest): Promise<BindingResponse | undefined>
  /** Hands events on until it is disposed; then no event is under way. Input bindings only. */
  read?(handle: HandleEvent): AsyncDisposable
}

export type BindingFeature = 'INPUT_BINDING' | 'OUTPUT_BINDING'

type Metadata = Readonly<Record<string, string>>

export interface BindingRequest {
  /** One of `operations`. */
  readonly operation: string
  /** JSON, as the app wrote it. */
  readonly data: Uint8Array
  /** With `traceparent`, `tracestate` and `baggage`, for drivers that can carry them on. */
  readonly metadata: Metadata
}

export interface BindingResponse {
  readonly data: Uint8Array
  readonly metadata: Metadata
}

/** Settles when the app has taken the event, or has not: it has been counted and logged then. */
export type HandleEvent = (event: BindingResponse, signal: AbortSignal) => Promise<void>
