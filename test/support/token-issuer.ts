import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** An issuer of tokens whose keys can be changed. */
export async function startIssuer() {
  const make = async (kid: string) => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } }
  }
  let current = await make('first')
  let keys: JWK[] = [current.jwk]
  let asked = 0
  const server = createServer((request, response) => {
    const answer = request.url === '/keys' ? { keys } : { issuer: url, jwks_uri: `${url}/keys` }
    if (request.url === '/keys') asked++
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    asked: () => asked,
    async rotate(): Promise<void> {
      current = await make('second')
      keys = [current.jwk]
    },
    token: (claims: Readonly<Record<string, unknown>> = {}, expiry = '1h') =>
      new SignJWT({ iss: url, aud: 'shop', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: current.kid })
        .setExpirationTime(expiry)
        .sign(current.privateKey),
    hmac: () =>
      new SignJWT({ iss: url, aud: 'shop' })
        .setProtectedHeader({ alg: 'HS256', kid: current.kid })
        .setExpirationTime('1h')
        .sign(Buffer.from(JSON.stringify(current.jwk))),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
