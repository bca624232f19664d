import { nearest } from '../../base/nearest.ts'
import type { Problem } from '../../base/problem.ts'
import type { ReadResource } from '../located.ts'
import { formatPath } from '../zod-problems.ts'
import { compileTrip } from './compile-trip.ts'
import type { PolicyNames, Resiliency } from './resiliency.ts'

/**
 * What can be said of all resources together only: a target may name a policy of another file. Conditions are
 * compiled here, since that loads a library.
 */
export async function checkPolicies(
  all: readonly ReadResource<Resiliency>[],
): Promise<readonly Problem[]> {
  const known = {
    timeout: namesOf(all, 'timeouts'),
    retry: [...namesOf(all, 'retries'), 'DaprBuiltInServiceRetries'],
    circuitBreaker: namesOf(all, 'circuitBreakers'),
  }
  const problems: Problem[] = []
  for (const { resource, file, lineOf } of all) {
    for (const [name, { trip }] of Object.entries(resource.circuitBreakers)) {
      const compiled = await compileTrip(trip)
      if (trip === undefined || compiled.ok) continue
      const path = ['spec', 'policies', 'circuitBreakers', name, 'trip']
      const at = { path: formatPath(path), file, line: lineOf(path) }
      problems.push({ ...at, code: 'TRIP_INVALID', message: compiled.error, seen: trip })
    }
    for (const { path, names } of referencesOf(resource))
      for (const kind of ['timeout', 'retry', 'circuitBreaker'] as const) {
        const name = names[kind]
        if (name === undefined || known[kind].includes(name)) continue
        const meant = nearest(name, known[kind])
        problems.push({
          path: formatPath([...path, kind]),
          file,
          line: lineOf([...path, kind]),
          code: 'POLICY_UNKNOWN',
          message: `no policy has this name: nothing is done here${meant === undefined ? '' : `; did you mean ${meant}?`}`,
          seen: name,
          severity: 'warning',
        })
      }
  }
  return problems
}

const namesOf = (
  all: readonly ReadResource<Resiliency>[],
  list: 'timeouts' | 'retries' | 'circuitBreakers',
): string[] => all.flatMap(({ resource }) => Object.keys(resource[list]))

const referencesOf = ({
  apps,
  components,
}: Resiliency): { path: string[]; names: PolicyNames }[] => [
  ...Object.entries(apps).map(([name, names]) => ({
    path: ['spec', 'targets', 'apps', name],
    names,
  })),
  ...Object.entries(components).flatMap(([name, directions]) =>
    (['inbound', 'outbound'] as const).map((direction) => ({
      path: ['spec', 'targets', 'components', name, direction],
      names: directions[direction],
    })),
  ),
]
