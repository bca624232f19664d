import { randomUUID } from 'node:crypto'
import { messageOf } from '../../base/fault.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { SecretStore } from '../../components/secretstores/index.ts'
import type { Component, ComponentMetadata } from '../../resources/index.ts'

/** Where the values come from that a component's metadata refers to. */
export interface MetadataLookup {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly secret: (name: string, key: string) => Promise<string | undefined>
  /** The secret store of this name, if it runs. */
  readonly secretStore: (name: string) => SecretStore | undefined
  /** Why there is no such secret, and the cure. */
  readonly whyNoSecret: (name: string, key: string) => string
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
  { secretStore: storeName }: Component,
  { env, secret, secretStore, whyNoSecret }: MetadataLookup,
): Promise<Result<string | undefined, string>> {
  if (envRef !== undefined) {
    if (/^DAPR_|^APP_API_TOKEN$|\s/i.test(envRef))
      return err(`the environment variable ${envRef} belongs to the sidecar and is not given away`)
    const found = env[envRef]
    return found === undefined ? err(`the environment variable ${envRef} is not set`) : ok(found)
  }
  if (secretKeyRef !== undefined) {
    const { name, key } = secretKeyRef
    if (storeName !== undefined) return fromStore(storeName, secretStore(storeName), name, key)
    const found = await secret(name, key)
    return found === undefined ? err(whyNoSecret(name, key)) : ok(found)
  }
  return ok(value)
}

async function fromStore(
  storeName: string,
  store: SecretStore | undefined,
  name: string,
  key: string,
): Promise<Result<string, string>> {
  if (store === undefined)
    return err(
      `the secret store ${storeName} does not run: auth.secretStore names a component of a type secretstores.…, or is left out`,
    )
  try {
    const found = await store.get(name, {})
    if (found === undefined) return err(`the secret store ${storeName} has no secret ${name}`)
    return Object.hasOwn(found, key)
      ? ok(found[key] as string)
      : err(`the secret ${name} of the secret store ${storeName} has no key ${key}`)
  } catch (error) {
    return err(`the secret store ${storeName} cannot be read: ${messageOf(error)}`)
  }
}

/** Dapr's templates. @see dapr `pkg/runtime/meta/meta.go` */
const fillIn = (value: string, { identity: { appId, namespace } }: MetadataLookup): string =>
  value
    .replaceAll('{uuid}', () => randomUUID())
    .replaceAll('{appID}', appId)
    .replaceAll('{namespace}', `${namespace}.${appId}`)
