/** Number of `--service-N` colours in style/tokens.css. */
export const PALETTE_SIZE = 16

/** FNV-1a: the same name gets the same colour on every page and every day. */
function hash(name: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193) >>> 0
  return h
}

/**
 * A palette slot for each service: its hash, or the next free slot when another has that one.
 * Services in `known` keep theirs. The others depend on the set of names only, not on their order.
 */
export function assignColors(
  services: Iterable<string>,
  known: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const colors = new Map(known)
  const taken = new Set(known.values())
  for (const service of [...new Set(services)].sort()) {
    if (colors.has(service)) continue
    let slot = hash(service) % PALETTE_SIZE
    if (taken.size < PALETTE_SIZE) while (taken.has(slot)) slot = (slot + 1) % PALETTE_SIZE
    taken.add(slot)
    colors.set(service, slot)
  }
  return colors
}
