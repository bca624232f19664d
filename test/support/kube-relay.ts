import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Cluster } from '../../src/kube/index.ts'

/** Stands between a client and the API server, and does what networks and API servers do on bad days. */
export interface KubeRelay extends AsyncDisposable {
  /** Needs no credentials: the relay adds them. */
  readonly cluster: Pick<Cluster, 'server' | 'credentials'>
  /** Method and path with its query, in order. */
  readonly seen: readonly string[]
  /** What the API server answered to those. */
  readonly answered: readonly { readonly line: string; readonly status: number }[]
  /** Ends every watch that is under way, by its end or by a reset. */
  cutWatches(how: 'end' | 'reset'): void
  /** Answers the next request that `matches` itself. */
  answerNext(matches: (line: string) => boolean, answer: RelayAnswer): void
  /** Refuses everything with a reset until it is told `false`. */
  down(isDown: boolean): void
}

export interface RelayAnswer {
  readonly status: number
  readonly body: object
}

export async function startKubeRelay(behind: Cluster): Promise<KubeRelay> {
  const seen: string[] = []
  const answered: { line: string; status: number }[] = []
  const watches = new Set<ServerResponse>()
  const planned: { matches: (line: string) => boolean; answer: RelayAnswer }[] = []
  let isDown = false

  const server = createServer(async (req, res) => {
    const line = `${req.method} ${req.url}`
    if (isDown) return void req.socket.destroy()
    seen.push(line)
    const index = planned.findIndex(({ matches }) => matches(line))
    if (index >= 0) {
      const { status, body } = planned.splice(index, 1)[0]?.answer ?? { status: 500, body: {} }
      res.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
      return
    }
    const { headers: credentials, ...access } = await behind.credentials()
    const url = new URL(behind.server)
    const { host: _, connection: __, ...headers } = req.headers
    const onward = request(
      {
        ...access,
        host: url.hostname,
        port: url.port,
        path: req.url,
        method: req.method,
        headers: { ...headers, ...credentials },
      },
      (answer) => {
        answered.push({ line, status: answer.statusCode ?? 0 })
        res.writeHead(answer.statusCode ?? 500, answer.headers)
        res.flushHeaders()
        if (line.includes('watch=true')) {
          watches.add(res)
          res.on('close', () => watches.delete(res))
        }
        answer.pipe(res)
        answer.on('error', () => res.destroy())
      },
    )
    res.on('close', () => onward.destroy())
    onward.on('error', () => res.destroy())
    req.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    cluster: {
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: async () => ({}),
    },
    seen,
    answered,
    cutWatches(how) {
      for (const res of watches) how === 'end' ? res.end() : res.destroy()
    },
    answerNext: (matches, answer) => planned.push({ matches, answer }),
    down(now) {
      isDown = now
      if (now) server.closeAllConnections()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
