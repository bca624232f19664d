import { createFakeClock } from '../../src/base/fake-clock.ts'
import { openLockStore } from '../support/open-lock-store.ts'
import { describeLockStore } from './lock-store.ts'

describeLockStore('the in-memory driver', async () => {
  const clock = createFakeClock()
  const shared = new Map<string, unknown>()
  const connect = () => openLockStore('lock.in-memory', {}, { clock, shared })
  return {
    store: await connect(),
    other: await connect(),
    advance: async (ms) => clock.advance(ms),
    async [Symbol.asyncDispose]() {},
  }
})
