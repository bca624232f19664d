import type { Driver } from '../index.ts'
import type { StateStore } from './contract.ts'

/** A driver of state stores, whatever its settings. */
export type AnyStateDriver = Driver<StateStore>

export interface StateDriverEntry {
  /** A client library is dear to import: it is loaded with the first component that needs it. */
  load(): Promise<AnyStateDriver>
}

/** Component type → driver. */
export const stateDrivers: Readonly<Record<string, StateDriverEntry>> = {
  'state.in-memory': {
    load: async () => (await import('./in-memory/index.ts')).inMemoryStateDriver,
  },
  'state.redis': { load: async () => (await import('./redis/index.ts')).redisStateDriver },
}
