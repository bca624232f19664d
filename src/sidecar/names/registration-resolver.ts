import type { Clock } from '../../base/clock.ts'
import type { Registration, RegistrationDirectory } from '../../net/index.ts'
import type { NameResolver } from './name-resolver.ts'

/** One look into the directory serves all requests for so long. */
const CACHE_MS = 1_000

/** Resolves by the registration directory of this machine. */
export function createRegistrationResolver(
  directory: RegistrationDirectory,
  clock: Clock,
): NameResolver {
  let entries: Promise<readonly Registration[]> | undefined
  let readAtMs = 0
  let turn = 0
  /** Origins that refused a connection since the last look. */
  const refused = new Set<string>()

  const look = (): Promise<readonly Registration[]> => {
    if (entries === undefined || clock.elapsedMs() - readAtMs > CACHE_MS) {
      readAtMs = clock.elapsedMs()
      refused.clear()
      entries = directory.list()
    }
    return entries
  }
  const find = async (appId: string, namespace: string): Promise<string | undefined> => {
    const origins = (await look())
      .filter((entry) => entry.appId === appId && entry.namespace === namespace)
      .map(originOf)
    const usable = origins.filter((origin) => !refused.has(origin))
    const candidates = usable.length > 0 ? usable : origins
    return candidates[turn++ % candidates.length]
  }
  return {
    async resolve(appId, namespace) {
      const known = await find(appId, namespace)
      if (known !== undefined) return known
      // It may have started since the last look.
      entries = undefined
      return find(appId, namespace)
    },
    forget(origin) {
      refused.add(origin)
    },
  }
}

const originOf = ({ host, internalPort }: Registration): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${internalPort}`
