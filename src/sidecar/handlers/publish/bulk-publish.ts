import { apiFault, readBody } from '../../../net/index.ts'
import type { Handler } from '../../exchange.ts'
import { publishInBulk } from '../../pubsub/publish-in-bulk.ts'
import { jsonReply, NO_CONTENT } from '../replies.ts'
import { type PublishHandlerParts, publishTarget } from './publish-target.ts'
import { readBulkEntries } from './read-bulk-entries.ts'

/** `POST /v1.0/publish/bulk/{pubsub}/{topic…}`: 204 when the broker has taken every entry, else which ones it has not. */
export const bulkPublish =
  (parts: PublishHandlerParts): Handler =>
  async (x) => {
    const { hosted, topic, metadata, context } = publishTarget(parts, x)
    const text = Buffer.from(await readBody(x.request, parts.maxBodyBytes)).toString()
    const entries = readBulkEntries(text)
    if (!entries.ok)
      throw apiFault('ERR_PUBSUB_EVENTS_SER', {
        topic,
        name: hosted.component.name,
        reason: entries.error,
      })
    const failedEntries = await publishInBulk(
      parts,
      x.span,
      hosted,
      topic,
      // What the query says counts for all of them.
      entries.value.map((entry) => ({
        ...entry,
        topic,
        context,
        metadata: { ...entry.metadata, ...metadata },
      })),
    )
    if (failedEntries.length === 0) return NO_CONTENT
    const errorCode = 'ERR_PUBSUB_PUBLISH_MESSAGE'
    parts.countError(errorCode)
    return { ...jsonReply({ failedEntries, errorCode }), status: 500 }
  }
