import { jwtVerify } from 'jose'
import type { Clock } from '../../../base/clock.ts'
import { headerValues } from '../../../net/index.ts'
import type { Middleware } from '../contract.ts'
import { plainReply } from '../plain-reply.ts'
import type { KeySet } from './key-set.ts'

/** daprd's: clocks differ. */
const CLOCK_SKEW_SECONDS = 300
/** Those of two keys: with a shared secret whoever checks tokens could make them, and `none` is none. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]
/** Why is nobody's business. */
const REFUSED = plainReply(401, undefined, ['WWW-Authenticate', 'Bearer'])

export function createBearer(
  { issuer, audience }: { readonly issuer: string; readonly audience: string },
  keys: KeySet,
  clock: Clock,
): Middleware {
  return {
    features: new Set(),
    async handle({ headers }) {
      const given = headerValues(headers, 'authorization')
      const [, token] = /^bearer +(\S+)$/i.exec(given[0]?.trim() ?? '') ?? []
      // Of two headers nobody can say which is meant.
      if (token === undefined || given.length !== 1) return { reply: REFUSED }
      try {
        await jwtVerify(token, (header, input) => keys.find(header, input), {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          clockTolerance: CLOCK_SKEW_SECONDS,
          currentDate: new Date(clock.nowUs() / 1_000),
          requiredClaims: ['exp'],
        })
        return undefined
      } catch {
        return { reply: REFUSED }
      }
    },
    [Symbol.asyncDispose]: () => keys[Symbol.asyncDispose](),
  }
}
