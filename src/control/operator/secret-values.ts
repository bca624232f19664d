import { Buffer } from 'node:buffer'
import type { Clock } from '../../base/clock.ts'
import { codeOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import { type KubeClient, kinds } from '../../kube/index.ts'
import type { SecretReference } from './secret-references.ts'

/** Values of Secrets, kept for a moment, so that a change for a thousand sidecars asks once. */
export interface SecretValues {
  /** @returns `undefined` when there is none, or the operator may not read it */
  get(reference: SecretReference): Promise<string | undefined>
}

const KEPT_MS = 10_000
/** The authority's key is nobody's to refer to. */
const OWN_SECRETS = ['sidelight-trust']

export function createSecretValues(deps: {
  readonly client: Pick<KubeClient, 'get'>
  readonly clock: Clock
  readonly log: Logger
}): SecretValues {
  const { client, clock, log } = deps
  const kept = new Map<string, { readonly atMs: number; readonly data: Promise<Data> }>()
  let isForbidden = false

  async function load(namespace: string, name: string): Promise<Data> {
    try {
      const secret = await client.get(kinds.secret, name, namespace)
      isForbidden = false
      return (secret?.data ?? {}) as Data
    } catch (error) {
      const forbidden = codeOf(error) === 'ERR_KUBE_FORBIDDEN'
      if (forbidden && !isForbidden)
        log.warning(
          'the operator may not read Secrets: resources that refer to them get none; bind the ClusterRole sidelight-secret-reader',
        )
      else if (!forbidden) log.warning(`the Secret ${namespace}/${name} could not be read`)
      isForbidden = forbidden
      return {}
    }
  }
  return {
    async get({ namespace, name, key }) {
      if (OWN_SECRETS.includes(name)) return undefined
      const id = `${namespace}/${name}`
      const nowMs = clock.elapsedMs()
      for (const [other, { atMs }] of kept) if (nowMs - atMs > KEPT_MS) kept.delete(other)
      const entry = kept.get(id) ?? { atMs: nowMs, data: load(namespace, name) }
      kept.set(id, entry)
      const data = await entry.data
      const value = Object.hasOwn(data, key) ? data[key] : undefined
      return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8')
    },
  }
}

type Data = Readonly<Record<string, string>>
