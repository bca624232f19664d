import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Fault } from '../../base/fault.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { StateOperation, StateStore, StateWrite } from '../../components/state/index.ts'
import type { Component } from '../../resources/index.ts'

/** Values are encrypted by the first key; the second opens what was written before the keys were changed. */
export interface EncryptionKeys {
  readonly primary: EncryptionKey
  readonly secondary: EncryptionKey | undefined
}

interface EncryptionKey {
  /** Of the secret that holds it: stands behind each value, so that the right key is found again. */
  readonly name: string
  readonly key: Buffer
}

const SEPARATOR = '||'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * The settings `primaryEncryptionKey` and `secondaryEncryptionKey` of a state store.
 *
 * @param values of the component's metadata, by lower case names
 * @returns `undefined` without keys; or what is wrong, in one sentence that shows no key
 * @see dapr `pkg/encryption/encryption.go`
 */
export function readEncryptionKeys(
  component: Component,
  values: ReadonlyMap<string, string>,
): Result<EncryptionKeys | undefined, string> {
  const read = (setting: string): Result<EncryptionKey | undefined, string> => {
    const hex = values.get(setting.toLowerCase())
    if (hex === undefined) return ok(undefined)
    const item = component.metadata.find(({ name }) => name.toLowerCase() === setting.toLowerCase())
    const name = item?.secretKeyRef?.name
    if (name === undefined)
      return err(`${setting}: a key is given by secretKeyRef, whose name finds it again`)
    if (!/^(?:[0-9a-f]{32}|[0-9a-f]{48}|[0-9a-f]{64})$/i.test(hex))
      return err(`${setting}: an AES key of 16, 24 or 32 bytes in hexadecimal digits is needed`)
    return ok({ name, key: Buffer.from(hex, 'hex') })
  }
  const primary = read('primaryEncryptionKey')
  if (!primary.ok) return primary
  const secondary = read('secondaryEncryptionKey')
  if (!secondary.ok) return secondary
  if (primary.value !== undefined) return ok({ primary: primary.value, secondary: secondary.value })
  return secondary.value === undefined
    ? ok(undefined)
    : err('secondaryEncryptionKey: without primaryEncryptionKey nothing could be written')
}

/** The store with its values encrypted, in daprd's form: each reads what the other has written. */
export const encryptState = (store: StateStore, keys: EncryptionKeys): StateStore => ({
  features: store.features,
  async get(key, options) {
    const record = await store.get(key, options)
    return record && { ...record, value: decrypt(record.value, keys) }
  },
  set: (write) => store.set(encryptWrite(write, keys)),
  delete: (key, options) => store.delete(key, options),
  transact: (operations, metadata) =>
    store.transact(
      operations.map(
        (each): StateOperation =>
          each.kind === 'upsert' ? { ...each, write: encryptWrite(each.write, keys) } : each,
      ),
      metadata,
    ),
  ping: () => store.ping(),
  [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
})

const encryptWrite = (write: StateWrite, { primary }: EncryptionKeys): StateWrite => ({
  ...write,
  value: encrypt(write.value, primary),
})

/** AES-GCM: nonce, text, tag; in base64, followed by the name of the key. */
function encrypt(value: Uint8Array, { name, key }: EncryptionKey): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(algorithmOf(key), key, nonce, { authTagLength: TAG_BYTES })
  const sealed = Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()])
  return Buffer.from(`${sealed.toString('base64')}${SEPARATOR}${name}`)
}

/** @throws Fault `STATE_UNREADABLE` */
function decrypt(value: Uint8Array, { primary, secondary }: EncryptionKeys): Uint8Array {
  const text = Buffer.from(value).toString('latin1')
  const at = text.lastIndexOf(SEPARATOR)
  const name = Buffer.from(text.slice(at + SEPARATOR.length), 'latin1').toString()
  const known = [primary, secondary].find((each) => each?.name === name)
  if (at === -1 || known === undefined)
    throw new Fault('STATE_UNREADABLE', 'the record was not encrypted by a key of this component')
  const sealed = Buffer.from(text.slice(0, at), 'base64')
  const { key } = known
  try {
    const nonce = sealed.subarray(0, NONCE_BYTES)
    const decipher = createDecipheriv(algorithmOf(key), key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    return Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
      decipher.final(),
    ])
  } catch (error) {
    throw new Fault('STATE_UNREADABLE', 'the record is damaged, or its key is another', {
      cause: error,
    })
  }
}

const algorithmOf = (key: Buffer) => `aes-${(key.length * 8) as 128 | 192 | 256}-gcm` as const
