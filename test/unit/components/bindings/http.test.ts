import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { invokeBinding, openBinding } from '../../../support/open-binding.ts'
import { selfSign } from '../../../support/self-signed.ts'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'

describe('bindings.http', () => {
  test('trusts an authority of its own, and proves itself, by PEM or by file', async function () {
    await using directory = await temporaryDirectory()
    const { certFile: cert, keyFile: key } = await selfSign(this, directory, ['IP:127.0.0.1'])
    const [MTLSRootCA, MTLSClientKey] = [await readFile(cert, 'utf8'), await readFile(key, 'utf8')]
    const server = createServer(
      {
        cert: MTLSRootCA,
        key: MTLSClientKey,
        ca: MTLSRootCA,
        requestCert: true,
        rejectUnauthorized: false,
      },
      (request, response) => response.end(String((request.socket as TLSSocket).authorized)),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const call = async (metadata: Readonly<Record<string, string>>) => {
      await using binding = await openBinding('bindings.http', { url, ...metadata })
      return Buffer.from((await invokeBinding(binding, 'get'))?.data ?? []).toString()
    }
    assert.equal(await call({ MTLSRootCA }), 'false')
    assert.equal(await call({ MTLSRootCA: cert, MTLSClientCert: cert, MTLSClientKey }), 'true')
    await assert.rejects(call({}), /the server cannot be reached \(DEPTH_ZERO_SELF_SIGNED_CERT\)/)
    for (const metadata of [
      { MTLSRootCA: '-----BEGIN CERTIFICATE-----PLANTED' },
      { MTLSRootCA: directory.file('PLANTED') },
      { MTLSClientCert: cert, MTLSClientKey: '-----BEGIN PRIVATE KEY-----PLANTED' },
    ])
      await assert.rejects(call(metadata), (error: Error) => {
        assert.match(error.message, /MTLS/)
        assert.doesNotMatch(error.message, /PLANTED/)
        return true
      })
    server.close()
  })

  for (const url of ['', 'PLANTED', 'ftp://PLANTED/', 'http://', '//PLANTED'])
    test(`refuses the url ${JSON.stringify(url)}, without repeating it`, async () => {
      await assert.rejects(openBinding('bindings.http', { url }), (error: Error) => {
        assert.match(error.message, /url/)
        assert.doesNotMatch(error.message, /PLANTED/)
        return true
      })
    })

  test('refuses a token that cannot be a header', async () => {
    const token = { securityToken: 'PLANTED\nX: y', securityTokenHeader: 'X-Token' }
    await assert.rejects(
      openBinding('bindings.http', { url: 'http://127.0.0.1', ...token }),
      /securityToken and securityTokenHeader cannot be a header/,
    )
  })
})
