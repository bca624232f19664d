import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:https'
import { createConnection } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { silentLogger } from '../../../src/base/logger.ts'
import { createAuthority, issueLeaf } from '../../../src/kube/index.ts'
import {
  type CertificateSource,
  createHttpServer,
  type Exchange,
  type KeyPair,
} from '../../../src/net/index.ts'
import { openRaw } from '../../support/raw-http.ts'

const SERVICE = { name: 'it', namespace: 'here', clusterDomain: 'cluster.local' }
const GET = 'GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n'

/** Renewed by hand. */
function certificates(first: KeyPair) {
  const listeners = new Set<(now: KeyPair) => void>()
  let now = first
  const source: CertificateSource = {
    current: () => now,
    onRenewed(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return {
    source,
    listeners,
    renew(next: KeyPair) {
      now = next
      for (const listener of listeners) listener(next)
    },
  }
}

async function open(tls: CertificateSource) {
  const refused: number[] = []
  const server = createHttpServer<Exchange>({
    name: 'test',
    steps: [{ name: 'answer', enter: () => ({ status: 200, headers: [], body: 'hello' }) }],
    begin: (request) => ({ request, onClientGone: undefined }),
    maxHeaderBytes: 4096,
    onRefused: (status) => void refused.push(status),
    log: silentLogger,
    tls,
  })
  const port = await server.listen(0, ['127.0.0.1'])
  return { port, refused, close: server.close, [Symbol.asyncDispose]: () => server.close(0) }
}

async function connectTo(port: number, ca: string): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca, servername: 'it.here.svc' })
  await once(socket, 'secureConnect')
  return socket
}
async function ask(socket: TLSSocket): Promise<string> {
  const answered = once(socket, 'data')
  socket.write(GET)
  return String((await answered)[0])
}

describe('createHttpServer with a certificate', () => {
  const startUs = performance.timeOrigin * 1000
  let ca: string
  let first: KeyPair
  let second: KeyPair

  before(async () => {
    const authority = await createAuthority(startUs)
    ca = authority.cert
    first = await issueLeaf(authority, SERVICE, startUs)
    second = await issueLeaf(authority, SERVICE, startUs)
  })

  test('answers a client that trusts its authority, by the name of its Service', async () => {
    await using server = await open(certificates(first).source)
    const [answer] = await once(
      request({ port: server.port, ca, servername: 'it.here.svc' }).end(),
      'response',
    )
    const parts = await answer.toArray()
    assert.deepEqual([answer.statusCode, String(parts)], [200, 'hello'])
    const stranger = request({ port: server.port, ca, servername: 'other.svc' }).end()
    const [refusal] = await once(stranger, 'error')
    assert.equal(refusal.code, 'ERR_TLS_CERT_ALTNAME_INVALID')
  })

  test('has the new certificate for the next connection, and keeps the one that is open', async () => {
    const { source, renew, listeners } = certificates(first)
    await using server = await open(source)
    const early = await connectTo(server.port, ca)
    const serial = early.getPeerCertificate().serialNumber
    renew(second)
    const late = await connectTo(server.port, ca)
    assert.notEqual(late.getPeerCertificate().serialNumber, serial)
    assert.match(await ask(early), /hello$/)
    assert.match(await ask(late), /hello$/)
    await server.close(0)
    assert.equal(listeners.size, 0)
  })

  test('counts who speaks no TLS, and lets who only knocks go by', async () => {
    await using server = await open(certificates(first).source)
    await using plain = await openRaw(server.port)
    await plain.send(GET)
    await plain.readToEnd()
    assert.deepEqual(server.refused, [525])
    const knock = createConnection(server.port, '127.0.0.1')
    await once(knock, 'connect')
    knock.resetAndDestroy()
    await once(await connectTo(server.port, ca).then((socket) => socket.end()), 'close')
    assert.deepEqual(server.refused, [525])
  })
})
