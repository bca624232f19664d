/**
 * A secret store, as a driver serves it. A secret is one value or several, by keys of its own; where a store knows one
 * value only, its key is the secret's name.
 *
 * Faults: `SECRETS_UNAVAILABLE`. No message holds a value.
 *
 * @see dapr components-contrib `secretstores/secret_store.go`
 */
export interface SecretStore extends AsyncDisposable {
  readonly features: ReadonlySet<SecretFeature>
  /** `undefined`: there is no such secret. */
  get(name: string, metadata: SecretMetadata): Promise<Secret | undefined>
  /** All of them, by name. */
  bulkGet(metadata: SecretMetadata): Promise<ReadonlyMap<string, Secret>>
}

/** Dapr's names, as metadata shows them. */
export type SecretFeature = 'MULTIPLE_KEY_VALUES_PER_SECRET'

/** Values by key, for example `{ "user": "app", "password": "…" }`. */
export type Secret = Readonly<Record<string, string>>

/** Request metadata, for example `version_id`. */
export type SecretMetadata = Readonly<Record<string, string>>
