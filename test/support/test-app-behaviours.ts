import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AppHandler, AppRequest } from './app-handler.ts'

type Answer = (
  response: ServerResponse,
  query: URLSearchParams,
  seen: AppRequest,
  request: IncomingMessage,
) => void | Promise<void>

/** First path segment → what the app does. Anything else: 200 with a JSON line about the request. */
const answers: Readonly<Record<string, Answer>> = {
  /** `/status?code=418`: that status, an empty body. */
  status: (response, query) =>
    void response.writeHead(Number(query.get('code') ?? 200), { 'content-length': 0 }).end(),

  /** The body comes back as it came, chunk by chunk, with its content type. */
  echo(response, _query, _seen, request) {
    response.setHeader(
      'content-type',
      request.headers['content-type'] ?? 'application/octet-stream',
    )
    request.pipe(response)
  },

  /** `/stream?chunks=4&bytes=65536`: that many chunks, waiting for the reader. */
  async stream(response, query) {
    const chunk = Buffer.alloc(Number(query.get('bytes') ?? 1024), 'x')
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    for (let left = Number(query.get('chunks') ?? 4); left > 0 && !response.destroyed; left--)
      if (!response.write(chunk))
        await Promise.race([once(response, 'drain'), once(response, 'close')])
    response.end()
  },

  /** `/slow?ms=50`: 200 after that long. */
  slow: (response, query) =>
    void setTimeout(
      () => response.writeHead(200, { 'content-length': 4 }).end('slow'),
      Number(query.get('ms') ?? 50),
    ).unref(),

  /** The connection dies before the head. */
  reset: (response) => void response.socket?.destroy(),

  /** Half of the promised body, then the connection dies. */
  cut(response) {
    response.writeHead(200, { 'content-length': 100 })
    response.write('x'.repeat(50), () => response.socket?.destroy())
  },
}

export const appBehaviours: AppHandler = (request, response, seen, app) => {
  const url = new URL(request.url ?? '/', 'http://app')
  const name = url.pathname.split('/')[1] ?? ''
  /** `/hold`: no answer before `app.release()`. `/sse`: events as `app.push()` gives them. */
  if (name === 'hold') return void app.held.add(response)
  if (name === 'sse') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    response.flushHeaders()
    return void app.streams.add(response)
  }
  const answer = Object.hasOwn(answers, name) ? answers[name] : undefined
  if (answer !== undefined) return answer(response, url.searchParams, seen, request)
  request.once('end', () => {
    const body = JSON.stringify({
      method: seen.method,
      target: seen.target,
      bytes: seen.body.length,
    })
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
}
