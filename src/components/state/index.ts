export type {
  Concurrency,
  Consistency,
  DeleteOptions,
  ReadOptions,
  StateFeature,
  StateMetadata,
  StateOperation,
  StateRecord,
  StateStore,
  StateWrite,
} from './contract.ts'
export { stateDrivers } from './registry.ts'
