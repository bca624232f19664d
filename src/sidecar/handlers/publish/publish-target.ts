import type { PubSub } from '../../../components/pubsub/index.ts'
import { apiFault } from '../../../net/index.ts'
import type { Hosted } from '../../components/component-host.ts'
import type { SidecarExchange } from '../../exchange.ts'
import type { PublishParts, ToPublish } from '../../pubsub/publish-message.ts'
import { readTopicAccess } from '../../pubsub/topic-access.ts'
import type { ErrorMeter } from '../../telemetry/error-meter.ts'
import { type BlockParts, hostedOf } from '../block-parts.ts'
import { contextOf, decodeParam, queryMetadata } from '../request-parts.ts'

export type PublishHandlerParts = PublishParts &
  Pick<BlockParts, 'host' | 'maxBodyBytes'> & { readonly countError: ErrorMeter }

/** Where a request wants to publish, and what it says of all its messages. */
export interface PublishTarget {
  readonly hosted: Hosted<PubSub>
  readonly topic: string
  readonly metadata: ToPublish['metadata']
  readonly context: ToPublish['context']
}

/**
 * @throws Fault `ERR_PUBSUB_NOT_CONFIGURED`, `ERR_PUBSUB_NOT_FOUND`, `ERR_TOPIC_NAME_EMPTY`, `ERR_PUBSUB_FORBIDDEN`,
 * `ERR_PUBSUB_REQUEST_METADATA`
 */
export function publishTarget(parts: PublishHandlerParts, x: SidecarExchange): PublishTarget {
  const { own } = parts
  const name = decodeParam(x.params.pubsub)
  const topic = decodeParam(x.params.topic)
  const hosted = hostedOf(parts, 'pubsub', name, {
    none: 'ERR_PUBSUB_NOT_CONFIGURED',
    unknown: 'ERR_PUBSUB_NOT_FOUND',
  })
  if (topic === '') throw apiFault('ERR_TOPIC_NAME_EMPTY', { name })
  if (!readTopicAccess(hosted.component, own).mayPublish(topic))
    throw apiFault('ERR_PUBSUB_FORBIDDEN', { name, topic, appId: own.appId })
  const metadata = queryMetadata(x.request.query)
  if (metadata.rawPayload !== undefined && !/^(true|false)$/i.test(metadata.rawPayload))
    throw apiFault('ERR_PUBSUB_REQUEST_METADATA', { name, reason: 'rawPayload is true or false' })
  return { hosted, topic, metadata, context: contextOf(x) }
}
