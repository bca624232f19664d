import assert from 'node:assert/strict'
import type { StateStore } from '../../../../src/components/state/index.ts'
import type { Component } from '../../../../src/resources/index.ts'
import {
  encryptState,
  readEncryptionKeys,
} from '../../../../src/sidecar/components/encrypt-state.ts'
import { openStateStore, textOf, writeOf } from '../../../support/open-state-store.ts'

const HEX = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
/** Go's `cipher.NewGCM` with a nonce of `twelve bytes`, in the form of daprd's records. */
const FROM_GO: readonly (readonly [bits: number, record: string])[] = [
  [128, 'dHdlbHZlIGJ5dGVztc2ocR8Tvq7a9HOo97uPCa/5FEnDEu092Hk1O2M+NUQ=||mykey'],
  [192, 'dHdlbHZlIGJ5dGVzlTzabPyvHBf7f/HUO+OjTD12PHUcehggObnNHaBqynQ=||mykey'],
  [256, 'dHdlbHZlIGJ5dGVz0aeN3F5rlolrlklwFFPZbL0wKh6MhVvFHXY3Aw2mph0=||mykey'],
]
const READ = { consistency: undefined, metadata: {} } as const

const item = (name: string, secret: string | undefined) => ({
  name,
  value: secret === undefined ? 'x' : undefined,
  secretKeyRef: secret === undefined ? undefined : { name: secret, key: secret },
  envRef: undefined,
})

function keysOf(settings: Readonly<Record<string, readonly [hex: string, secret?: string]>>) {
  const component = {
    metadata: Object.entries(settings).map(([name, [, secret]]) => item(name, secret)),
  } as unknown as Component
  const values = Object.entries(settings).map(([name, [hex]]) => [name.toLowerCase(), hex] as const)
  return readEncryptionKeys(component, new Map(values))
}

function encrypted(
  raw: StateStore,
  settings: Readonly<Record<string, readonly [hex: string, secret: string]>>,
): StateStore {
  const keys = keysOf(settings)
  assert.ok(keys.ok && keys.value !== undefined)
  return encryptState(raw, keys.value)
}

describe('encryptState [dapr: pkg/encryption]', () => {
  test('keeps what it is given as base64 and the name of the key, never twice the same', async () => {
    await using raw = await openStateStore('state.in-memory')
    const store = encrypted(raw, { primaryEncryptionKey: [HEX, 'mykey'] })
    await store.set(writeOf('a', '{"planted":1}'))
    const first = await textOf(raw, 'a')
    assert.match(first ?? '', /^[A-Za-z0-9+/]+=*\|\|mykey$/)
    assert.equal(await textOf(store, 'a'), '{"planted":1}')
    await store.transact([{ kind: 'upsert', write: writeOf('a', '{"planted":1}') }], {})
    assert.notEqual(await textOf(raw, 'a'), first)
    assert.equal(await textOf(store, 'a'), '{"planted":1}')
    assert.equal(await textOf(store, 'nothing'), undefined)
  })

  for (const [bits, record] of FROM_GO)
    test(`reads what Go has encrypted with a key of ${bits} bits`, async () => {
      await using raw = await openStateStore('state.in-memory')
      await raw.set(writeOf('a', record))
      const store = encrypted(raw, { primaryEncryptionKey: [HEX.slice(0, bits / 4), 'mykey'] })
      assert.equal(await textOf(store, 'a'), '{"n":1,"t":"ü"}')
    })

  test('opens by the second key what was written before the keys were changed', async () => {
    await using raw = await openStateStore('state.in-memory')
    await encrypted(raw, { primaryEncryptionKey: [HEX, 'old'] }).set(writeOf('a', '1'))
    const other = HEX.replace('00', 'ff')
    const store = encrypted(raw, {
      primaryEncryptionKey: [other, 'new'],
      secondaryEncryptionKey: [HEX, 'old'],
    })
    assert.equal(await textOf(store, 'a'), '1')
    await store.set(writeOf('a', '2'))
    assert.match((await textOf(raw, 'a')) ?? '', /\|\|new$/)
    assert.equal(await textOf(store, 'a'), '2')
  })

  test('says so of a record that was never encrypted, is damaged, or has another key', async () => {
    await using raw = await openStateStore('state.in-memory')
    const store = encrypted(raw, { primaryEncryptionKey: [HEX, 'mykey'] })
    const sealed = FROM_GO[2]?.[1] ?? ''
    for (const [record, reason] of [
      ['{"plain":1}', /not encrypted by a key of this component/],
      [sealed.replace('mykey', 'other'), /not encrypted by a key of this component/],
      [sealed.replace('0aeN', '0aeM'), /damaged, or its key is another/],
      ['AA==||mykey', /damaged, or its key is another/],
      ['||mykey', /damaged, or its key is another/],
    ] as const) {
      await raw.set(writeOf('a', record))
      await assert.rejects(store.get('a', READ), { code: 'STATE_UNREADABLE', message: reason })
    }
  })
})

describe('readEncryptionKeys', () => {
  test('is nothing without keys', () => {
    const keys = keysOf({ redisHost: ['localhost:6379'] })
    assert.ok(keys.ok && keys.value === undefined)
  })

  test('says what is wrong, and shows no key', () => {
    for (const [settings, message] of [
      [{ primaryEncryptionKey: [HEX] }, /^primaryEncryptionKey: a key is given by secretKeyRef/],
      [
        { primaryEncryptionKey: ['abcd', 's'] },
        /^primaryEncryptionKey: an AES key of 16, 24 or 32/,
      ],
      [{ PrimaryEncryptionKey: [`${HEX}zz`, 's'] }, /^primaryEncryptionKey: an AES key/],
      [{ secondaryEncryptionKey: [HEX, 's'] }, /^secondaryEncryptionKey: without/],
    ] as const) {
      const keys = keysOf(settings)
      assert.ok(!keys.ok)
      assert.match(keys.error, message)
      assert.doesNotMatch(keys.error, /abcd|zz|0001/)
    }
  })
})
