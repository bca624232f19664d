// What the shop's services share: a JSON server on APP_PORT, and calls through their sidecar. Nothing here copies a
// header: they are started with `node --import sidelight/carry`, and inventory with `sidelight/register`: it records its own.
import { createServer } from 'node:http'

/** Answers `routes['GET /path']` with what the handler returns; a thrown `{ status, message }` is an error answer. */
export function serve(routes) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://shop')
    const handler = routes[`${request.method} ${pathname}`]
    let body = ''
    for await (const chunk of request) body += chunk
    try {
      if (handler === undefined) throw { status: 404, message: `no ${request.method} ${pathname}` }
      const answer = await handler(body === '' ? {} : JSON.parse(body))
      reply(response, 200, answer)
    } catch (error) {
      reply(response, error.status ?? 500, { error: error.message })
    }
  })
  server.listen(Number(process.env.APP_PORT), '127.0.0.1')
  process.on('SIGTERM', () => process.exit(0))
}

/** Calls another service by its app id. */
export const invoke = async (method, appId, path, body) =>
  (await call(method, `invoke/${appId}/method${path}`, body)).json()

/** What is kept under a key of this service, with its ETag; no value when there is none. */
export async function getState(key) {
  const response = await call('GET', `state/statestore/${key}`)
  if (response.status === 204) return {}
  return { value: await response.json(), etag: response.headers.get('etag') }
}

/** With the ETag that was read, it fails if somebody else has written meanwhile. */
export const saveState = (key, value, etag) =>
  call('POST', 'state/statestore', [{ key, value, etag }])

export const publish = (topic, data) => call('POST', `publish/events/${topic}`, data)

/** Routes that hear a topic: the one the sidecar asks at the start, and the one for its messages. */
export const subscribe = (topic, route, handle) => ({
  'GET /dapr/subscribe': async () => [{ pubsubname: 'events', topic, route }],
  [`POST ${route}`]: async ({ data }) => ({ status: await handle(data) }),
})

/** Throws an error answer as `{ status, message }`. */
async function call(method, path, body) {
  const response = await fetch(`http://localhost:${process.env.DAPR_HTTP_PORT}/v1.0/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  if (response.ok) return response
  const answer = await response.json()
  throw { status: response.status, message: answer.error ?? answer.message ?? 'failed' }
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function reply(response, status, answer) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(answer))
}
