import { openConfigurationStore } from '../support/open-configuration-store.ts'
import { describeConfigurationStore } from './configuration-store.ts'

describeConfigurationStore('the in-memory driver', async () => {
  const items = '{"a":{"value":1,"version":"v1"},"b":"two ü","*":"star"}'
  const store = await openConfigurationStore('configuration.in-memory', { items })
  return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
})
