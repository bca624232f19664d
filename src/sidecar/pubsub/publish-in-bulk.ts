import { messageOf } from '../../base/fault.ts'
import type { PubSub } from '../../components/pubsub/index.ts'
import type { Span } from '../../telemetry/index.ts'
import type { Hosted } from '../components/component-host.ts'
import {
  type Prepared,
  type PublishParts,
  preparePublish,
  type ToPublish,
} from './publish-message.ts'

export interface FailedEntry {
  readonly entryId: string
  readonly error: string
}

export interface BulkEntry extends ToPublish {
  readonly entryId: string
}

/** Brokers take one after the other on their connection; more at a time only wait there. */
const AT_ONCE = 50

/**
 * Publishes the entries of one request, each as a span and with a context of its own. None is sent if one of them
 * cannot be made into an event.
 *
 * @returns those that the broker did not take
 * @throws Fault `ERR_PUBSUB_CLOUD_EVENTS_SER`
 */
export async function publishInBulk(
  parts: PublishParts,
  parent: Span | undefined,
  hosted: Hosted<PubSub>,
  topic: string,
  entries: readonly BulkEntry[],
): Promise<readonly FailedEntry[]> {
  const { clock, meter } = parts
  const startMs = clock.elapsedMs()
  const failed: FailedEntry[] = []
  let span: Span | undefined
  let success = false
  try {
    const all = prepareAll(parts, parent, hosted, entries)
    span = all[0]?.prepared.span
    const waiting = all[Symbol.iterator]()
    const lane = async (): Promise<void> => {
      for (const { entryId, prepared } of waiting)
        try {
          await prepared.send()
        } catch (error) {
          failed.push({ entryId, error: messageOf(error) })
        }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    success = failed.length === 0
  } finally {
    const durationMs = clock.elapsedMs() - startMs
    meter.publishedBatch(hosted.component.name, topic, success, durationMs, span)
  }
  return failed
}

function prepareAll(
  parts: PublishParts,
  parent: Span | undefined,
  hosted: Hosted<PubSub>,
  entries: readonly BulkEntry[],
): { readonly entryId: string; readonly prepared: Prepared }[] {
  const made: { readonly entryId: string; readonly prepared: Prepared }[] = []
  try {
    for (const entry of entries)
      made.push({
        entryId: entry.entryId,
        prepared: preparePublish(parts, parent, hosted, entry),
      })
    return made
  } catch (error) {
    for (const { prepared } of made) prepared.drop()
    throw error
  }
}
