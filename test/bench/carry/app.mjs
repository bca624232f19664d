// Calls the server on UPSTREAM for each request; `/heap` says what it holds after a collection.
import http from 'node:http'

const agent = new http.Agent({ keepAlive: true })
const upstream = Number(process.env.UPSTREAM)

http
  .createServer((req, res) => {
    if (req.url === '/heap') {
      globalThis.gc?.()
      return void res.end(String(process.memoryUsage().heapUsed))
    }
    req.resume()
    http.get({ port: upstream, agent }, (answer) => {
      answer.resume().on('end', () => res.end('ok'))
    })
  })
  .listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'))
