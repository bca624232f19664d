import { Fault } from '../../../base/fault.ts'
import type { Driver } from '../../index.ts'
import type { ConfigurationStore } from '../contract.ts'
import { readItems } from './read-items.ts'
import { inMemoryConfigurationSettings } from './settings.ts'
import { createInMemoryConfiguration } from './store.ts'

export const inMemoryConfigurationDriver: Driver<
  ConfigurationStore,
  typeof inMemoryConfigurationSettings
> = {
  type: 'configuration.in-memory',
  versions: ['v1'],
  doc: 'Serves the items that stand in its own resource, for laptops and tests: edit the resource, and subscribers hear of it. Ours: daprd has none.',
  settings: inMemoryConfigurationSettings,
  async open({ items }) {
    const read = readItems(items)
    if (!read.ok) throw new Fault('CONFIGURATION_UNAVAILABLE', `items: ${read.error}`)
    return createInMemoryConfiguration(read.value)
  },
}
