import { randomUUID } from 'node:crypto'
import { err, ok, type Result } from '../../base/result.ts'
import type { Component, ComponentMetadata } from '../../resources/index.ts'

/** Where the values come from that a component's metadata refers to. */
export interface MetadataLookup {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly secret: (name: string, key: string) => Promise<string | undefined>
  /** Where a secret would have to be, for messages. */
  readonly secretPlace: (name: string, key: string) => string
  readonly identity: { readonly appId: string; readonly namespace: string }
}

/** @returns values by lower case names; or what is missing, in one sentence */
export async function resolveMetadata(
  component: Component,
  lookup: MetadataLookup,
): Promise<Result<ReadonlyMap<string, string>, string>> {
  const values = new Map<string, string>()
  const missing: string[] = []
  for (const item of component.metadata) {
    const found = await lookUp(item, component, lookup)
    if (!found.ok) missing.push(`${item.name}: ${found.error}`)
    else if (found.value !== undefined)
      values.set(item.name.toLowerCase(), fillIn(found.value, lookup))
  }
  return missing.length === 0 ? ok(values) : err(missing.join('; '))
}

async function lookUp(
  { value, secretKeyRef, envRef }: ComponentMetadata,
  { secretStore }: Component,
  { env, secret, secretPlace }: MetadataLookup,
): Promise<Result<string | undefined, string>> {
  if (envRef !== undefined) {
    if (/^DAPR_|^APP_API_TOKEN$|\s/i.test(envRef))
      return err(`the environment variable ${envRef} belongs to the sidecar and is not given away`)
    const found = env[envRef]
    return found === undefined ? err(`the environment variable ${envRef} is not set`) : ok(found)
  }
  if (secretKeyRef !== undefined) {
    const { name, key } = secretKeyRef
    if (secretStore !== undefined)
      return err(
        `secrets of the component ${secretStore} cannot be read: secret stores are not built yet; leave auth.secretStore out and put the value into ${secretPlace(name, key)}`,
      )
    const found = await secret(name, key)
    return found === undefined
      ? err(`the secret has no such value: put it into ${secretPlace(name, key)}`)
      : ok(found)
  }
  return ok(value)
}

/** Dapr's templates. @see dapr `pkg/runtime/meta/meta.go` */
const fillIn = (value: string, { identity: { appId, namespace } }: MetadataLookup): string =>
  value
    .replaceAll('{uuid}', () => randomUUID())
    .replaceAll('{appID}', appId)
    .replaceAll('{namespace}', `${namespace}.${appId}`)
