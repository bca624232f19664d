/**
 * A configuration store, as a driver serves it: items that an app reads and that others change.
 *
 * Faults: `CONFIGURATION_UNAVAILABLE`. No message holds a value.
 *
 * @see dapr components-contrib `configuration/store.go`
 */
export interface ConfigurationStore extends AsyncDisposable {
  readonly features: ReadonlySet<string>
  /** @param keys none: all. Those that are not there are left out. */
  get(keys: readonly string[], metadata: ConfigurationMetadata): Promise<ConfigurationItems>
  /**
   * Tells that items may have changed, until it is disposed of. It tells no values: whoever is told reads them, so that
   * nothing is lost when several changes, or a time without connection, come as one.
   *
   * @param keys none: all
   */
  watch(
    keys: readonly string[],
    metadata: ConfigurationMetadata,
    onChange: (changed: ChangedKeys) => void,
  ): Promise<AsyncDisposable>
}

/** `all`: any of those that are watched. */
export type ChangedKeys = readonly string[] | 'all'

export type ConfigurationItems = ReadonlyMap<string, ConfigurationItem>

export interface ConfigurationItem {
  readonly value: string
  /** Empty where the store has none. */
  readonly version: string
  readonly metadata: Readonly<Record<string, string>>
}

/** Request metadata. */
export type ConfigurationMetadata = Readonly<Record<string, string>>
