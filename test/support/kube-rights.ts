import type { Manifest } from '../tools/kustomize.ts'

/** One thing that an account may do, or has done: `dapr.io configurations/status patch`. */
export type Right = string

const rightOf = (group: string, resource: string, verb: string): Right =>
  `${group === '' ? 'core' : group} ${resource} ${verb}`

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

/** What the roles that are bound to an account let it do. Where, and to which names, is not looked at. */
export function grantedTo(account: string, manifests: readonly Manifest[]): ReadonlySet<Right> {
  const roles = manifests
    .filter(({ kind }) => kind.endsWith('RoleBinding') || kind === 'RoleBinding')
    .filter((binding) =>
      (binding.subjects as readonly { readonly name: string }[]).some(
        ({ name }) => name === account,
      ),
    )
    .map((binding) => binding.roleRef as { readonly kind: string; readonly name: string })
  const rules = manifests
    .filter(({ kind, metadata }) =>
      roles.some((role) => role.kind === kind && role.name === metadata.name),
    )
    .flatMap((role) => role.rules as readonly Rule[])
  return new Set(
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => rightOf(group, resource, verb))),
      ),
    ),
  )
}

const PATH =
  /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)(?:\/namespaces\/[^/]+(?=\/))?\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?$/

/**
 * The rights that a request took.
 *
 * @param line method and path, for example `GET /api/v1/pods?watch=true`
 */
export function rightsFor({ line, status }: { line: string; status: number }): readonly Right[] {
  const [method = '', target = ''] = line.split(' ')
  const { pathname, searchParams } = new URL(target, 'http://cluster')
  const match = PATH.exec(pathname)
  if (match === null) return []
  const [, group = '', resource = '', name, subresource] = match
  const verb = verbOf(method, name !== undefined, searchParams.get('watch') === 'true')
  const what = subresource === undefined ? resource : `${resource}/${subresource}`
  // Who applies what was not there has created it.
  const verbs = verb === 'patch' && status === 201 ? [verb, 'create'] : [verb]
  return verbs.map((each) => rightOf(group, what, each))
}

function verbOf(method: string, isOne: boolean, isWatch: boolean): string {
  if (method === 'GET') return isOne ? 'get' : isWatch ? 'watch' : 'list'
  return { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[method] ?? method
}
