import type { StreamedResource } from '../../wire/operator-stream.ts'

export interface SecretReference {
  readonly namespace: string
  readonly name: string
  readonly key: string
}

/** The cluster's own store; the operator looks into it, and no component needs to run for it. */
const BUILTIN_STORE = 'kubernetes'

/**
 * What a resource refers to by `secretKeyRef`, wherever that stands; of another secret store, the sidecar asks that one.
 * Secrets are those of the resource's namespace, whoever reads them.
 */
export function secretReferences(resource: StreamedResource): readonly SecretReference[] {
  const store = (resource.auth as { secretStore?: unknown } | undefined)?.secretStore
  if (store !== undefined && store !== '' && store !== BUILTIN_STORE) return []
  const found: SecretReference[] = []
  collect(resource, resource.metadata.namespace, found)
  return found
}

/** The copy for sidecars: what the operator looked up needs no store. */
export function withoutBuiltinStore(resource: StreamedResource): StreamedResource {
  const { auth, ...rest } = resource
  return (auth as { secretStore?: unknown } | undefined)?.secretStore === BUILTIN_STORE
    ? (rest as StreamedResource)
    : resource
}

function collect(value: unknown, namespace: string, found: SecretReference[]): void {
  if (typeof value !== 'object' || value === null) return
  for (const [field, inner] of Object.entries(value)) {
    if (field === 'secretKeyRef') {
      const { name, key = name } = (inner ?? {}) as { name?: unknown; key?: unknown }
      if (typeof name === 'string' && typeof key === 'string') found.push({ namespace, name, key })
    } else collect(inner, namespace, found)
  }
}
