import { lookup } from 'node:dns/promises'
import type { Clock } from '../../base/clock.ts'
import type { NameResolver } from './name-resolver.ts'

export interface DnsResolverOptions {
  /** For example `cluster.local`. */
  readonly clusterDomain: string
  /** Of every sidecar's internal port, as in Dapr: a name in DNS tells none. */
  readonly port: number
  readonly clock: Clock
  /** Addresses of a name; rejects when there is none. */
  readonly lookUp?: (name: string) => Promise<readonly string[]>
}

/** What a name stands for is asked again after so long: as long as a cluster's DNS takes to hear of a pod. */
const KEPT_MS = 2_000
const MAX_NAMES = 1_000

interface Found {
  readonly atMs: number
  readonly addresses: Promise<readonly string[]>
  readonly refused: Set<string>
}

/**
 * Resolves by the headless Service that the operator makes for each app, `<app id>-dapr`.
 *
 * @see dapr components-contrib `nameresolution/kubernetes/kubernetes.go`
 */
export function createDnsResolver(options: DnsResolverOptions): NameResolver {
  const { clusterDomain, port, clock, lookUp = lookUpAll } = options
  const kept = new Map<string, Found>()
  let turn = 0

  const find = (name: string): Found => {
    const nowMs = clock.elapsedMs()
    const known = kept.get(name)
    if (known !== undefined && nowMs - known.atMs < KEPT_MS) return known
    // Names of callers have no end; the oldest go.
    if (kept.size >= MAX_NAMES) for (const [oldest] of kept) if (kept.delete(oldest)) break
    const found = {
      atMs: nowMs,
      addresses: lookUp(name).catch(() => []),
      refused: new Set<string>(),
    }
    kept.delete(name)
    kept.set(name, found)
    return found
  }
  return {
    async resolve(appId, namespace) {
      const { addresses, refused } = find(`${appId}-dapr.${namespace}.svc.${clusterDomain}`)
      const origins = (await addresses).map((address) => originOf(address, port))
      const usable = origins.filter((origin) => !refused.has(origin))
      const candidates = usable.length > 0 ? usable : origins
      return candidates[turn++ % candidates.length]
    },
    forget(origin) {
      for (const { refused } of kept.values()) refused.add(origin)
    },
  }
}

const originOf = (address: string, port: number): string =>
  `http://${address.includes(':') ? `[${address}]` : address}:${port}`

/** By the system's resolver, which goes by the pod's `/etc/resolv.conf`. */
const lookUpAll = async (name: string): Promise<readonly string[]> =>
  // With its dot at the end, the search list of the pod is not tried first.
  (await lookup(`${name}.`, { all: true })).map(({ address }) => address)
