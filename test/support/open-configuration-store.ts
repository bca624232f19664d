import {
  type ChangedKeys,
  type ConfigurationStore,
  configurationDrivers,
} from '../../src/components/configuration/index.ts'
import { type OpenBlockOptions, openBlock } from './open-block.ts'
import { type Patience, waitUntil } from './wait-until.ts'

/** A configuration store as the sidecar opens one: by its type and a Component's metadata. */
export const openConfigurationStore = (
  type: string,
  metadata: Readonly<Record<string, string>> = {},
  options: OpenBlockOptions = {},
): Promise<ConfigurationStore> => openBlock(configurationDrivers, type, metadata, options)

export interface ItemListener extends AsyncDisposable {
  /** What was told, in order. */
  readonly told: readonly ChangedKeys[]
  waitFor(holds: (told: readonly ChangedKeys[]) => boolean, patience?: Patience): Promise<void>
}

export async function listenToItems(
  store: ConfigurationStore,
  keys: readonly string[],
): Promise<ItemListener> {
  const told: ChangedKeys[] = []
  const watchers = new Set<() => void>()
  const watch = await store.watch(keys, {}, (changed) => {
    told.push(changed)
    for (const look of watchers) look()
  })
  return {
    told,
    waitFor: (holds, patience) =>
      waitUntil(
        () => holds(told),
        watchers,
        () => `told: ${JSON.stringify(told)}`,
        patience,
      ),
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
  }
}
