/**
 * A service outside of Dapr that apps call by a name; what it refers to is not looked up yet.
 *
 * @see dapr `pkg/apis/httpEndpoint/v1alpha1/types.go`
 */
export interface HttpEndpoint {
  readonly name: string
  /** Empty where none was given. */
  readonly namespace: string
  /** A complete URL. */
  readonly baseUrl: string
  /** Apps that may call it; none = all. */
  readonly scopes: readonly string[]
}
