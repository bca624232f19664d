import { createFakeClock } from '../../src/base/fake-clock.ts'
import { openStateStore } from '../support/open-state-store.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { describeStateStore, type OpenedStateStore } from './state-store.ts'

const open = async (metadata: Record<string, string> = {}): Promise<OpenedStateStore> => {
  const directory = await temporaryDirectory()
  const clock = createFakeClock()
  const connectionString = directory.file('state.db')
  const store = await openStateStore('state.sqlite', { connectionString, ...metadata }, { clock })
  return {
    store,
    advance: (ms) => clock.advance(ms),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

describeStateStore('the sqlite driver', () => open())
describeStateStore('the sqlite driver without a write-ahead log', () =>
  open({ disableWAL: 'true' }),
)
describeStateStore('the sqlite driver in memory', () => open({ connectionString: ':memory:' }))
