import { nearest } from '../../base/nearest.ts'
import type { Problem } from '../../base/problem.ts'
import { asRecord } from '../../wire/lower-keys.ts'
import type { LocatedValue } from '../located.ts'
import { valueAt } from '../seen-value.ts'
import { formatPath } from '../zod-problems.ts'

/** Where the policies stand that a target names. */
const LISTS = { timeout: 'timeouts', retry: 'retries', circuitBreaker: 'circuitBreakers' } as const
const BUILT_IN = { timeout: [], retry: ['DaprBuiltInServiceRetries'], circuitBreaker: [] } as const

/** What can be said of all resources together only: a target may name a policy of another file. */
export function checkPolicies(all: readonly LocatedValue[]): Problem[] {
  return (['timeout', 'retry', 'circuitBreaker'] as const).flatMap((kind) => {
    const known = [...BUILT_IN[kind], ...all.flatMap(({ value }) => namesOf(value, LISTS[kind]))]
    return all.flatMap(({ value, file, lineOf }) =>
      targetsOf(value).flatMap((target): Problem[] => {
        const path = [...target, kind]
        const name = valueAt(value, path)
        if (typeof name !== 'string' || name === '' || known.includes(name)) return []
        const meant = nearest(name, known)
        const cure = meant === undefined ? '' : `; did you mean ${meant}?`
        return [
          {
            path: formatPath(path),
            file,
            line: lineOf(path),
            code: 'POLICY_UNKNOWN',
            message: `no policy has this name: nothing is done here${cure}`,
            seen: name,
            severity: 'warning',
          },
        ]
      }),
    )
  })
}

const namesOf = (value: unknown, list: string): string[] =>
  keysAt(value, ['spec', 'policies', list])

function targetsOf(value: unknown): string[][] {
  const apps = ['spec', 'targets', 'apps']
  const components = ['spec', 'targets', 'components']
  return [
    ...keysAt(value, apps).map((name) => [...apps, name]),
    ...keysAt(value, components).flatMap((name) =>
      ['inbound', 'outbound'].map((direction) => [...components, name, direction]),
    ),
  ]
}

const keysAt = (value: unknown, path: readonly string[]): string[] =>
  Object.keys(asRecord(valueAt(value, path)))
