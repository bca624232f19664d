// What the shop's services share: a JSON server on APP_PORT, and calls through their sidecar.
import { createServer } from 'node:http'

/** Context that a service hands on from the request it serves to the calls it makes. */
const CONTEXT = ['traceparent', 'tracestate', 'baggage']

/** Answers `routes['GET /path']` with what the handler returns; a thrown `{ status, message }` is an error answer. */
export function serve(routes) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://shop')
    const [, collection, id] = pathname.split('/')
    const handler = routes[`${request.method} /${collection}`]
    const context = Object.fromEntries(
      CONTEXT.filter((name) => request.headers[name]).map((name) => [name, request.headers[name]]),
    )
    let body = ''
    for await (const chunk of request) body += chunk
    try {
      if (handler === undefined) throw { status: 404, message: `no ${request.method} ${pathname}` }
      const answer = await handler({ id, body: body === '' ? {} : JSON.parse(body), context })
      reply(response, 200, answer)
    } catch (error) {
      reply(response, error.status ?? 500, { error: error.message })
    }
  })
  server.listen(Number(process.env.APP_PORT), '127.0.0.1')
  process.on('SIGTERM', () => process.exit(0))
}

/** Calls another service by its app id. Throws its error as `{ status, message }`. */
export async function invoke(method, appId, path, { body, context = {} } = {}) {
  const url = `http://localhost:${process.env.DAPR_HTTP_PORT}/v1.0/invoke/${appId}/method${path}`
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...context },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const answer = await response.json()
  if (!response.ok)
    throw { status: response.status, message: answer.error ?? answer.message ?? 'failed' }
  return answer
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function reply(response, status, answer) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(answer))
}
