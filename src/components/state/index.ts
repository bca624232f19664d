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
export { type AnyStateDriver, type StateDriverEntry, stateDrivers } from './registry.ts'
