import type { ConfigurationItems, ConfigurationStore } from '../contract.ts'

/** It never changes: another edition of the resource is another store, which whoever watches follows. */
export const createInMemoryConfiguration = (items: ConfigurationItems): ConfigurationStore => ({
  features: new Set(),
  async get(keys) {
    if (keys.length === 0) return items
    return new Map([...items].filter(([key]) => keys.includes(key)))
  },
  watch: async () => ({ async [Symbol.asyncDispose]() {} }),
  async [Symbol.asyncDispose]() {},
})
