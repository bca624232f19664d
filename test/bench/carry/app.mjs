// Calls the server on UPSTREAM for each request; `/heap` says what it holds after a collection.
import http from 'node:http'

const agent = new http.Agent({ keepAlive: true })
const upstream = Number(process.env.UPSTREAM)

/** What people write who have no library for it. */
const headersOf = ({ headers: { traceparent, tracestate, baggage } }) =>
  process.env.BY_HAND ? { traceparent, tracestate, baggage } : undefined

http
  .createServer((req, res) => {
    if (req.url === '/heap') {
      globalThis.gc?.()
      return void res.end(String(process.memoryUsage().heapUsed))
    }
    req.resume()
    http.get({ port: upstream, agent, headers: headersOf(req) }, (answer) => {
      answer.resume().on('end', () => res.end('ok'))
    })
  })
  .listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'))
