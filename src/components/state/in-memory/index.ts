import type { Driver } from '../../index.ts'
import type { StateStore } from '../contract.ts'
import { inMemorySettings } from './settings.ts'
import { InMemoryStateStore } from './store.ts'

/** @see dapr components-contrib `state/in-memory` */
export const inMemoryStateDriver: Driver<StateStore, typeof inMemorySettings> = {
  type: 'state.in-memory',
  versions: ['v1'],
  doc: 'Keeps state in the memory of the sidecar, for laptops and tests: it ends with the sidecar, and no other sidecar sees it.',
  settings: inMemorySettings,
  open: async (_settings, { clock }) => new InMemoryStateStore(clock),
}
