import type { IncomingMessage } from '../../components/pubsub/index.ts'
import { inject, type Span } from '../../telemetry/index.ts'
import { CLOUD_EVENTS_JSON } from '../../wire/cloud-event.ts'
import type { ComponentHost } from '../components/component-host.ts'
import { openPublishSpan, type PublishParts } from './publish-message.ts'
import type { ReadEvent } from './read-event.ts'
import type { AppSubscription } from './subscription.ts'
import { readTopicAccess } from './topic-access.ts'

/** As long as daprd gives it. */
const TIMEOUT_MS = 30_000

/**
 * Publishes a message to the dead letter topic, as a span below its last delivery. The envelope stays as it came and
 * leads to its publisher; the message's metadata lead here.
 */
export const buryMessage =
  ({
    componentTracer,
    clock,
    own,
    host,
  }: PublishParts & { readonly host: Pick<ComponentHost, 'find'> }) =>
  async (
    { pubsubName, deadLetterTopic = '' }: AppSubscription,
    { data, metadata }: IncomingMessage,
    event: ReadEvent | undefined,
    delivery: Span | undefined,
  ): Promise<void> => {
    const hosted = host.find('pubsub', pubsubName)
    if (hosted === undefined) throw new Error(`the component ${pubsubName} is gone`)
    const span = openPublishSpan(componentTracer, delivery, hosted.component, deadLetterTopic)
    const context: string[] = []
    const carrier = span ?? delivery
    if (carrier !== undefined) inject(context, carrier.context, metadata.baggage)
    const carried = { ...metadata }
    for (let i = 0; i + 1 < context.length; i += 2)
      carried[context[i] as string] = context[i + 1] as string
    let cancel: () => void = () => undefined
    try {
      await Promise.race([
        hosted.block.publish({
          topic: readTopicAccess(hosted.component, own).atBroker(deadLetterTopic),
          data: event?.bytes ?? data,
          contentType: CLOUD_EVENTS_JSON,
          metadata: carried,
        }),
        new Promise<never>((_, reject) => {
          cancel = clock.after(TIMEOUT_MS, () => reject(new Error('the broker does not answer')))
        }),
      ])
    } catch (error) {
      span?.fail('failed')
      throw error
    } finally {
      cancel()
      span?.end()
    }
  }
