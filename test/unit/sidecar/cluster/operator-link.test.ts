import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createSystemClock } from '../../../../src/base/clock.ts'
import { createLogger, formatLogfmt } from '../../../../src/base/logger.ts'
import { createAuthority, issueLeaf } from '../../../../src/kube/index.ts'
import { startOperatorLink } from '../../../../src/sidecar/cluster/operator-link.ts'
import { eventually } from '../../../support/eventually.ts'

const clock = createSystemClock()

const snapshot = (version: string): string =>
  `${JSON.stringify({ type: 'snapshot', version, resources: [], secrets: {}, trustAnchors: '' })}\n`

type Behaviour = (res: ServerResponse, whenAcknowledged: (then: () => void) => void) => void

/** An operator that does what it is told with each stream, in order; the last one again and again. */
async function open(behaviours: readonly Behaviour[], trusts = true) {
  const authority = await createAuthority(clock.nowUs())
  const other = await createAuthority(clock.nowUs())
  const service = { name: 'localhost', namespace: 'x', clusterDomain: 'cluster.local' }
  const { key, cert } = await issueLeaf(authority, service, clock.nowUs())
  const heard: string[] = []
  const hearers: (() => void)[] = []
  let count = 0
  const server = createServer({ key, cert }, (req, res) => {
    req.setEncoding('utf8').on('data', (part: string) => {
      heard.push(part)
      if (part.includes('acknowledgement')) for (const each of hearers.splice(0)) each()
    })
    req.on('error', () => undefined)
    behaviours[Math.min(count++, behaviours.length - 1)]?.(res, (then) => hearers.push(then))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const lines: string[] = []
  const taken: string[] = []
  const link = startOperatorLink({
    address: `localhost:${(server.address() as AddressInfo).port}`,
    trustAnchors: (trusts ? authority : other).cert,
    readToken: async () => 'the-token\n',
    version: '1',
    async onSnapshot({ version }) {
      taken.push(version)
      link.acknowledge(version, [])
    },
    onState: () => undefined,
    clock,
    random: () => 0,
    log: createLogger({
      level: 'debug',
      format: formatLogfmt,
      fields: {},
      write: (line) => lines.push(line),
      nowUs: clock.nowUs,
    }),
  })
  return {
    heard,
    lines,
    taken,
    streams: () => count,
    async [Symbol.asyncDispose]() {
      await link[Symbol.asyncDispose]()
      server.closeAllConnections()
      server.close()
    },
  }
}

const send =
  (...lines: readonly string[]) =>
  (res: ServerResponse): void => {
    res.writeHead(200)
    for (const line of lines) res.write(line)
  }

describe('startOperatorLink', () => {
  test('takes each snapshot and says so', async () => {
    await using opened = await open([
      send(snapshot('a'), '\n', '{"type":"later"}\n', snapshot('b')),
    ])
    await eventually(() => opened.heard.join('').includes('"version":"b","rejected":[]'))
    assert.equal(opened.taken.at(-1), 'b')
  })

  test('does not take again what is in force, and says again that it is', async () => {
    await using opened = await open([
      (res, whenAcknowledged) => {
        whenAcknowledged(() => res.end())
        send(snapshot('a'))(res)
      },
      send(snapshot('a')),
    ])
    await eventually(() => opened.streams() === 2)
    await eventually(() => opened.heard.join('').split('"acknowledgement"').length === 3)
    assert.deepEqual(opened.taken, ['a'])
  })

  test('comes back after nonsense and after a refusal, whose words it logs without the token', async () => {
    await using opened = await open([
      send('no json\n'),
      (res) => res.writeHead(401).end('{"message":"the token is not valid"}'),
      send(snapshot('a')),
    ])
    await eventually(() => opened.taken.length === 1)
    const log = opened.lines.join('\n')
    assert.match(log, /not understood/)
    assert.match(log, /401 the token is not valid/)
    assert.doesNotMatch(log, /the-token/)
  })

  test('gives its token to nobody whose certificate it does not trust', async () => {
    await using opened = await open([send(snapshot('a'))], false)
    await eventually(() => opened.lines.some((line) => line.includes('no operator at')))
    assert.equal(opened.streams(), 0)
    assert.deepEqual(opened.taken, [])
  })
})
