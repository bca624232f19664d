import { BlockList, isIP } from 'node:net'

/** To whom context may go: trace ids and baggage are nobody else's business. */
export interface Trust {
  /** @param host name or address, without port; IPv6 with or without brackets */
  allows(host: string): boolean
  /** Entries that are none, for a warning. */
  readonly mistakes: readonly string[]
}

/** Programs of this machine, and names that only a cluster's or a composition's DNS knows. */
const OWN = ['localhost', '*.localhost', '*.svc', '*.cluster.local', 'host.docker.internal']
const OWN_ADDRESSES = ['127.0.0.0/8', '::1', '::ffff:127.0.0.0/104']
/** Hosts are few; a crawler's are not. */
const MAX_REMEMBERED = 1_000

/**
 * @param entries names, `*.NAME` for all names below one, addresses, `ADDRESS/BITS`, or `*` for everybody; besides the
 * sidecar's host, loopback, names without a dot, `*.svc` and `*.cluster.local`, which are always trusted
 */
export function createTrust(entries: readonly string[]): Trust {
  const names = new Set<string>()
  const suffixes: string[] = []
  const addresses = new BlockList()
  const mistakes: string[] = []
  let isForAll = false
  for (const entry of [...OWN, ...OWN_ADDRESSES, ...entries]) {
    const text = entry.trim().toLowerCase()
    if (text === '') continue
    if (text === '*') isForAll = true
    else if (addAddress(addresses, text)) continue
    else if (/^\*(\.[a-z0-9_-]+)+$/.test(text)) suffixes.push(text.slice(1))
    else if (/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(text)) names.add(text)
    else mistakes.push(entry)
  }
  const judge = (host: string): boolean => {
    const name = host
      .toLowerCase()
      .replace(/^\[|\]$/g, '')
      .replace(/\.$/, '')
    const family = isIP(name)
    if (family !== 0) return addresses.check(name, family === 4 ? 'ipv4' : 'ipv6')
    return !name.includes('.') || names.has(name) || suffixes.some((end) => name.endsWith(end))
  }
  const known = new Map<string, boolean>()
  return {
    mistakes,
    allows(host) {
      if (isForAll) return true
      const found = known.get(host)
      if (found !== undefined) return found
      if (known.size >= MAX_REMEMBERED) known.clear()
      const allowed = judge(host)
      known.set(host, allowed)
      return allowed
    },
  }
}

/** @returns whether the text is an address, or a range of them */
function addAddress(list: BlockList, text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  if (bits === undefined) {
    list.addAddress(address, type)
    return true
  }
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false
  list.addSubnet(address, Number(bits), type)
  return true
}
