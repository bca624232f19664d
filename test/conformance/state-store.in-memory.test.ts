import { createFakeClock } from '../../src/base/fake-clock.ts'
import { openStateStore } from '../support/open-state-store.ts'
import { describeStateStore } from './state-store.ts'

describeStateStore('the in-memory driver', async () => {
  const clock = createFakeClock()
  const store = await openStateStore('state.in-memory', {}, { clock })
  return {
    store,
    advance: (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
})
