import type { DependencyLink } from './service-graph.ts'

/** Drawn at most. More would be no picture, and each is dozens of elements. */
const MAX_SERVICES = 60

export interface FoldedLinks {
  readonly links: readonly DependencyLink[]
  /** What stands for the services that are not drawn; `undefined` when all are. */
  readonly rest: string | undefined
}

/**
 * Puts the services with the fewest calls into one, `+ 24 more`, so that the map stays one.
 *
 * @param kept a service that is drawn however quiet it is
 */
export function foldQuiet(links: readonly DependencyLink[], kept: string | undefined): FoldedLinks {
  const calls = new Map<string, number>()
  for (const { parent, child, callCount } of links)
    for (const service of new Set([parent, child]))
      calls.set(service, (calls.get(service) ?? 0) + callCount)
  if (calls.size <= MAX_SERVICES) return { links, rest: undefined }
  const rank = (service: string): number =>
    service === kept ? Number.POSITIVE_INFINITY : (calls.get(service) ?? 0)
  const drawn = new Set(
    [...calls.keys()]
      .sort((a, b) => rank(b) - rank(a) || a.localeCompare(b))
      .slice(0, MAX_SERVICES - 1),
  )
  const rest = `+ ${(calls.size - drawn.size).toLocaleString('en')} more`
  const folded = new Map<string, DependencyLink>()
  for (const link of links) {
    const parent = drawn.has(link.parent) ? link.parent : rest
    const child = drawn.has(link.child) ? link.child : rest
    if (parent === rest && child === rest) continue
    const before = folded.get(`${parent} ${child}`)
    folded.set(`${parent} ${child}`, {
      parent,
      child,
      callCount: (before?.callCount ?? 0) + link.callCount,
      errorCount: (before?.errorCount ?? 0) + (link.errorCount ?? 0),
    })
  }
  return { links: [...folded.values()], rest }
}

export const countServices = (links: readonly DependencyLink[]): number =>
  new Set(links.flatMap(({ parent, child }) => [parent, child])).size
