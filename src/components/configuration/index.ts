export type {
  ChangedKeys,
  ConfigurationItem,
  ConfigurationItems,
  ConfigurationMetadata,
  ConfigurationStore,
} from './contract.ts'
export { configurationDrivers } from './registry.ts'
