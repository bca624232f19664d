import assert from 'node:assert/strict'
import { decodeProtectedHeader } from 'jose'
import { createFakeClock } from '../../../../src/base/fake-clock.ts'
import { silentLogger } from '../../../../src/base/logger.ts'
import { KeySet } from '../../../../src/components/middleware/bearer/key-set.ts'
import { startIssuer } from '../../../support/token-issuer.ts'

async function open() {
  const issuer = await startIssuer()
  const clock = createFakeClock()
  const deps = { clock, log: silentLogger }
  const where = { issuer: issuer.url, jwksUrl: '' }
  const keys = await KeySet.open(where, deps, new AbortController().signal)
  return {
    issuer,
    clock,
    find: async (token: string) => {
      const header = decodeProtectedHeader(token)
      return keys.find({ ...header, alg: header.alg ?? '' }, { payload: '', signature: '' })
    },
    async [Symbol.asyncDispose]() {
      await keys[Symbol.asyncDispose]()
      await issuer[Symbol.asyncDispose]()
    },
  }
}

describe('KeySet', () => {
  test('asks anew for a key that it does not know, at most every ten seconds', async () => {
    await using opened = await open()
    const { issuer, clock, find } = opened
    await find(await issuer.token())
    await issuer.rotate()
    const token = await issuer.token()
    await assert.rejects(find(token), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
    clock.advance(10_001)
    await Promise.all([find(token), find(token), find(token)])
    assert.equal(issuer.asked(), 2)
  })

  test('asks anew when its keys are old: one that was withdrawn is a key no longer', async () => {
    await using opened = await open()
    const { issuer, clock, find } = opened
    const token = await issuer.token()
    await find(token)
    await issuer.rotate()
    clock.advance(600_001)
    await assert.rejects(find(token), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
  })

  test('keeps what it has while the issuer is away', async () => {
    await using opened = await open()
    const { issuer, clock, find } = opened
    const token = await issuer.token()
    await issuer[Symbol.asyncDispose]()
    clock.advance(600_001)
    await find(token)
  })
})
