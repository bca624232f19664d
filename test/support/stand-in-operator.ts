import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createSystemClock } from '../../src/base/clock.ts'
import { createAuthority, issueLeaf } from '../../src/kube/index.ts'

/** What it does with one stream. */
export type OperatorBehaviour = (
  res: ServerResponse,
  whenAcknowledged: (then: () => void) => void,
) => void

export interface StandInOperator extends AsyncDisposable {
  /** `localhost:PORT` */
  readonly address: string
  /** Of the authority that signed its certificate, PEM; and of one that did not. */
  readonly trustAnchors: string
  readonly otherAnchors: string
  /** What sidecars said, as it came. */
  readonly heard: readonly string[]
  /** Streams so far. */
  streams(): number
}

/** An operator that does what it is told with each stream, in order; the last one again and again. */
export async function startStandInOperator(
  behaviours: readonly OperatorBehaviour[],
): Promise<StandInOperator> {
  const nowUs = createSystemClock().nowUs()
  const authority = await createAuthority(nowUs)
  const other = await createAuthority(nowUs)
  const service = { name: 'localhost', namespace: 'x', clusterDomain: 'cluster.local' }
  const { key, cert } = await issueLeaf(authority, service, nowUs)
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
  return {
    address: `localhost:${(server.address() as AddressInfo).port}`,
    trustAnchors: authority.cert,
    otherAnchors: other.cert,
    heard,
    streams: () => count,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A stream of these lines. */
export const sendLines =
  (...lines: readonly string[]): OperatorBehaviour =>
  (res) => {
    res.writeHead(200)
    for (const line of lines) res.write(line)
  }
