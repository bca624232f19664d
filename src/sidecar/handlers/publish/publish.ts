import { apiFault, headerValue, readBody } from '../../../net/index.ts'
import type { Handler, SidecarExchange } from '../../exchange.ts'
import { type PublishParts, publishMessage } from '../../pubsub/publish-message.ts'
import { type BlockParts, hostedOf } from '../block-parts.ts'
import { NO_CONTENT } from '../replies.ts'
import { decodeParam, queryMetadata } from '../request-parts.ts'

export type PublishHandlerParts = PublishParts & Pick<BlockParts, 'host' | 'maxBodyBytes'>

/** `POST /v1.0/publish/{pubsub}/{topic…}`: 204 when the broker has taken the message. */
export const publish =
  (parts: PublishHandlerParts): Handler =>
  async (x) => {
    const name = decodeParam(x.params.pubsub)
    const topic = decodeParam(x.params.topic)
    const hosted = hostedOf(parts, 'pubsub', name, {
      none: 'ERR_PUBSUB_NOT_CONFIGURED',
      unknown: 'ERR_PUBSUB_NOT_FOUND',
    })
    if (topic === '') throw apiFault('ERR_TOPIC_NAME_EMPTY', { pubsub: name })
    const metadata = queryMetadata(x.request.query)
    if (metadata.rawPayload !== undefined && !/^(true|false)$/i.test(metadata.rawPayload))
      throw apiFault('ERR_PUBSUB_REQUEST_METADATA', { reason: 'rawPayload is true or false' })
    const body = await readBody(x.request, parts.maxBodyBytes)
    await publishMessage(parts, x.span, hosted, {
      topic,
      body,
      contentType: headerValue(x.request.headers, 'content-type') ?? '',
      metadata,
      context: contextOf(x),
    })
    return NO_CONTENT
  }

/** Without a span of ours, the publisher's own context goes into the event as it is. */
const contextOf = ({ request: { headers }, incoming }: SidecarExchange) => ({
  traceparent: headerValue(headers, 'traceparent') ?? '',
  tracestate: headerValue(headers, 'tracestate') ?? '',
  baggage: incoming.baggage ?? headerValue(headers, 'baggage') ?? '',
})
