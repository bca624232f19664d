import { headerValue, readBody } from '../../../net/index.ts'
import type { Handler } from '../../exchange.ts'
import { publishMessage } from '../../pubsub/publish-message.ts'
import { NO_CONTENT } from '../replies.ts'
import { type PublishHandlerParts, publishTarget } from './publish-target.ts'

/** `POST /v1.0/publish/{pubsub}/{topic…}`: 204 when the broker has taken the message. */
export const publish =
  (parts: PublishHandlerParts): Handler =>
  async (x) => {
    const { hosted, ...target } = publishTarget(parts, x)
    const body = await readBody(x.request, parts.maxBodyBytes)
    const contentType = headerValue(x.request.headers, 'content-type') ?? ''
    await publishMessage(parts, x.span, hosted, { ...target, body, contentType })
    return NO_CONTENT
  }
