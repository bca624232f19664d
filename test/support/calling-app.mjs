// Plain services that copy no header: three ways to serve, and many to call on. Prints where each listens.
import { AsyncResource } from 'node:async_hooks'
import { EventEmitter, once } from 'node:events'
import http from 'node:http'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DaprClient, HttpMethod } from '@dapr/dapr'
import express from 'express'
import fastify from 'fastify'
import { request as undici } from 'undici'

const keptAlive = new http.Agent({ keepAlive: true, maxSockets: 4 })
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const textOf = async (stream) => {
  let text = ''
  for await (const part of stream) text += part
  return text
}
const get = (to, options = {}) =>
  new Promise((resolve, reject) => {
    http
      .get(to, { agent: keptAlive, ...options }, (answer) => resolve(textOf(answer)))
      .on('error', reject)
  })

/** One worker for all requests, as a pool of threads would have it. */
const waiting = []
let isBusy = false
function inPool(task) {
  const resource = new AsyncResource('task')
  return new Promise((resolve) => {
    waiting.push(() => resource.runInAsyncScope(() => task().then(resolve)))
    void work()
  })
}
async function work() {
  if (isBusy) return
  isBusy = true
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next()
  isBusy = false
}

const bus = new EventEmitter().setMaxListeners(0)

const OWN = { Traceparent: '00-11111111111111111111111111111111-2222222222222222-01' }

/** How an app may call on. */
const ways = {
  fetch: async (to) => (await fetch(to)).text(),
  get,
  async post(to) {
    const sent = http.request(to, { method: 'POST', agent: keptAlive })
    const answered = once(sent, 'response')
    sent.write('a body')
    await pause(1)
    sent.end(' in two parts')
    const [answer] = await answered
    return textOf(answer)
  },
  list: (to) => get(to, { headers: ['host', new URL(to).host, 'x-two', '2'] }),
  undici: async (to) => (await undici(to)).body.text(),
  timer: (to) => new Promise((resolve) => setTimeout(() => resolve(get(to)), 2)),
  async emitter(to) {
    const id = Symbol('id')
    setImmediate(() => bus.emit(id))
    await once(bus, id)
    return get(to)
  },
  pool: (to) => inPool(() => get(to)),
  /** In the answer to another call, on a connection that others use, too. */
  answer: (to) =>
    new Promise((resolve) => {
      http.get(to, { agent: keptAlive }, (first) => {
        first.resume().on('end', () => resolve(get(to)))
      })
    }),
  /** `to`: `http://HOST:PORT/v1.0/invoke/APP/method/METHOD` */
  async sdk(to) {
    const { hostname, port, pathname } = new URL(to)
    const [, , , appId, , method] = pathname.split('/')
    const client = new DaprClient({
      daprHost: hostname,
      daprPort: port,
      logger: { level: 'error' },
    })
    return JSON.stringify(await client.invoker.invoke(appId, method, HttpMethod.GET))
  },
  own: (to) => get(to, { headers: OWN }),
  ownFetch: async (to) => (await fetch(to, { headers: OWN })).text(),
}

async function serve(url, body) {
  const { pathname, searchParams } = new URL(url, 'http://app')
  await pause(Number(searchParams.get('delay')))
  const way = ways[pathname.slice(1)]
  return way(searchParams.get('to'), body)
}

const plain = http.createServer(async (req, res) => {
  const { pathname, searchParams } = new URL(req.url, 'http://app')
  if (pathname !== '/stream') {
    await textOf(req)
    return void res.end(await serve(req.url))
  }
  // The call is made while the body passes.
  let answer
  const through = new Transform({
    transform(_part, _encoding, done) {
      answer ??= get(searchParams.get('to'))
      done()
    },
  })
  await pipeline(req, through.resume())
  res.end(await answer)
})
// A request that becomes a connection of another kind calls on, too.
plain.on('upgrade', async (req, socket) => {
  const text = await serve(req.url)
  socket.end(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n${text}`,
  )
})

const expressed = express().use(express.text({ type: '*/*' }), async (req, res) => {
  res.end(await serve(req.url))
})
const fastened = fastify()
fastened.addContentTypeParser('*', { parseAs: 'string' }, (_req, body, done) => done(null, body))
fastened.all('/*', async (req) => serve(req.url))

const listening = async (server) => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address().port
}
await fastened.ready()
console.log(
  `ports ${await listening(plain)} ${await listening(http.createServer(expressed))} ${await listening(fastened.server)}`,
)
