import type { SecretSource } from '../../resources/index.ts'
import { secretKey } from '../../wire/operator-stream.ts'

/** Values that the operator looked up: in memory only. */
export interface StreamSecrets {
  replace(values: Readonly<Record<string, string>>): void
  /** Those of a namespace. */
  of(namespace: () => string): SecretSource
}

export function createStreamSecrets(): StreamSecrets {
  let values: Readonly<Record<string, string>> = {}
  return {
    replace(next) {
      values = next
    },
    of(namespace) {
      const asked = new Map<string, string | undefined>()
      const find = (id: string): string | undefined =>
        Object.hasOwn(values, id) ? values[id] : undefined
      return {
        async resolve(name, key) {
          const id = secretKey({ namespace: namespace(), name, key })
          const value = find(id)
          asked.set(id, value)
          return value
        },
        whyMissing: (name, key) =>
          `the operator sent no such value: is there a Secret ${name} with the key ${key} in ${namespace()}, and may the operator read it (ClusterRole sidelight-secret-reader)?`,
        haveChanged: async () => [...asked].some(([id, value]) => find(id) !== value),
      }
    },
  }
}
