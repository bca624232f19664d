import { nearest } from '../../base/nearest.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { configurationsFor, type InjectedPod } from '../../control/operator/index.ts'

interface Place {
  readonly namespace: string
  readonly name: string
}

/**
 * Which Configuration decides for the apps that are meant: the one that their pods have.
 *
 * @param apps globs of app ids; none = every app
 * @param existing all Configurations of the cluster
 */
export function chooseConfiguration(
  pods: readonly InjectedPod[],
  apps: readonly string[],
  existing: readonly Place[],
  controlPlane: string,
): Result<Place, Problem> {
  const problem = (code: string, message: string) => err({ path: 'tune', code, message })
  const isMeant = ({ appId }: InjectedPod): boolean =>
    apps.length === 0 || apps.some((glob) => matches(glob, appId))
  const meant = pods.filter(isMeant)
  if (meant.length === 0) {
    const known = [...new Set(pods.map(({ appId }) => appId))].sort()
    const near = apps[0] === undefined ? undefined : nearest(apps[0], known)
    const cure =
      near === undefined ? `apps there are: ${known.join(', ') || 'none'}` : `did you mean ${near}?`
    return problem('NO_SIDECAR', `no pod of ${apps.join(', ') || 'any app'} has a sidecar; ${cure}`)
  }
  const users = new Map<string, { readonly place: Place; readonly apps: Set<string> }>()
  for (const pod of meant) {
    const place = configurationsFor(pod, controlPlane).find((each) =>
      existing.some(({ name, namespace }) => name === each.name && namespace === each.namespace),
    )
    if (place === undefined) continue
    const key = `${place.namespace}/${place.name}`
    const entry = users.get(key) ?? { place, apps: new Set() }
    entry.apps.add(pod.appId)
    users.set(key, entry)
  }
  const [first, ...more] = users.values()
  if (first === undefined)
    return problem(
      'NO_CONFIGURATION',
      'the pods of these apps have no Configuration; kubectl apply one',
    )
  if (more.length === 0) return ok(first.place)
  const list = [...users].map(([key, { apps: of }]) => `${key} (${[...of].join(', ')})`)
  return problem(
    'CONFIGURATION_AMBIGUOUS',
    `several Configurations decide for these apps; name one (--configuration, --namespace): ${list.join('; ')}`,
  )
}

const matches = (glob: string, text: string): boolean =>
  new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text)
