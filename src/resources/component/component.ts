/**
 * A Component after validation; what its metadata refers to is not looked up yet.
 *
 * @see dapr `pkg/apis/components/v1alpha1/types.go`
 */
export interface Component {
  readonly name: string
  /** Empty where none was given. */
  readonly namespace: string
  /** Block and driver, for example `state.redis`. */
  readonly type: string
  /** `v1` where none was given, as in the resources of 2020. */
  readonly version: string
  readonly metadata: readonly ComponentMetadata[]
  /** A failed start is logged, and the sidecar goes on without it. */
  readonly ignoreErrors: boolean
  readonly initTimeoutMs: number
  /** App ids that may use it; none = all. */
  readonly scopes: readonly string[]
  /** Component that holds what `secretKeyRef` names. Absent: files under SIDELIGHT_HOME/secrets. */
  readonly secretStore: string | undefined
}

/** One of the three is given. */
export interface ComponentMetadata {
  readonly name: string
  /** Scalars as text, all else as JSON. */
  readonly value: string | undefined
  readonly secretKeyRef: { readonly name: string; readonly key: string } | undefined
  readonly envRef: string | undefined
}
