import { apiVersionOf, type ResourceType } from './resource-types.ts'

/** Where an object or, without a name, a collection is: `/apis/dapr.io/v1alpha1/namespaces/shop/components/statestore`. */
export function apiPath(
  type: ResourceType,
  { name, namespace, subresource }: PathParts = {},
): string {
  const parts = [
    type.group === '' ? 'api' : 'apis',
    apiVersionOf(type),
    ...(type.namespaced && namespace !== undefined
      ? ['namespaces', encodeURIComponent(namespace)]
      : []),
    type.plural,
    ...(name === undefined ? [] : [encodeURIComponent(name)]),
    ...(subresource === undefined ? [] : [subresource]),
  ]
  return `/${parts.join('/')}`
}

export interface PathParts {
  readonly name?: string | undefined
  /** Absent, of a kind in namespaces: all of them. */
  readonly namespace?: string | undefined
  readonly subresource?: string | undefined
}

/** What a list or a watch takes of a collection. */
export interface Selection {
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

/** As in a URL, with its `?`; what is `undefined` is left out. */
export function queryOf(entries: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(entries).filter(([, value]) => value !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given as [string, string][])}`
}
