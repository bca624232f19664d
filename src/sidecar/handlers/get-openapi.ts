import type { ApiRoute, Handler } from '../exchange.ts'
import { openApiDocument } from '../openapi/document.ts'
import { jsonReply } from './replies.ts'

/** `GET /v1.0/openapi.json`: this API, made of the routes that this sidecar serves. */
export function getOpenApi(routes: () => readonly ApiRoute[]): Handler {
  let reply: ReturnType<typeof jsonReply> | undefined
  return () => {
    reply ??= jsonReply(openApiDocument(routes()))
    return reply
  }
}
