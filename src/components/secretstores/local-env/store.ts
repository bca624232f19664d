import type { Logger } from '../../../base/logger.ts'
import type { SecretStore } from '../contract.ts'

/** The sidecar's own. */
const REFUSED = /^(DAPR_.*|APP_API_TOKEN)$/i

/** A variable that is unset or refused is an empty text, as in daprd: apps count on it. */
export const createLocalEnvStore = (
  prefix: string,
  env: Readonly<Record<string, string | undefined>>,
  log: Logger,
): SecretStore => ({
  features: new Set(),
  async get(name) {
    const variable = `${prefix}${name}`
    const isRefused = REFUSED.test(variable)
    if (isRefused) log.warning('a variable of the sidecar was asked for, and is not given away')
    const value = isRefused || !Object.hasOwn(env, variable) ? undefined : env[variable]
    return { [name]: value ?? '' }
  },
  async bulkGet() {
    const secrets = Object.entries(env).flatMap(([variable, value]) => {
      const name = variable.slice(prefix.length)
      return value === undefined ||
        name === '' ||
        !variable.startsWith(prefix) ||
        REFUSED.test(variable)
        ? []
        : [[name, { [name]: value }] as const]
    })
    return new Map(secrets)
  },
  async [Symbol.asyncDispose]() {},
})
