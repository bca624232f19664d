import { z } from 'zod'
import { err, ok } from '../../base/result.ts'
import { field } from '../fields.ts'
import { resourceMetadata } from '../resource-name.ts'
import { BULK_AWAIT_MS, BULK_MESSAGES } from './subscription.ts'

const needed = (what: string, description: string) =>
  field.readText<string>(what, { description, type: 'text' }, (text) =>
    text.trim() === '' ? err({ code: 'FIELD_EMPTY', message: what }) : ok(text),
  )

const rule = field.section(
  {
    match: field.text('Condition over `event`, in CEL. Empty: takes every event.').optional(),
    path: needed('a rule has a path of the app', 'Path of the app that takes the event.'),
  },
  'A condition and where its events go.',
)

const spec = field.section(
  {
    pubsubname: needed('the name of a pubsub component is needed', 'Component of the broker.'),
    topic: needed('a topic is needed', 'Topic.'),
    route: field.text('v1alpha1: path of the app that takes the events.').optional(),
    routes: field
      .section(
        {
          rules: field.list(rule, 'Asked in order; the first that matches counts.').optional(),
          default: field.text('Path for what no rule takes.').optional(),
        },
        'v2alpha1: where events go.',
      )
      .optional(),
    deadLetterTopic: field.text('Topic for what the app does not take.').optional(),
    metadata: field
      .table(field.text('Value.'), 'Settings of the broker, and `rawPayload`.')
      .optional(),
    bulkSubscribe: field
      .section(
        {
          enabled: field.flag('Several messages in one call.'),
          maxMessagesCount: field
            .whole('Messages of one call.', { min: 1, ...BULK_MESSAGES })
            .optional(),
          maxAwaitDurationMs: field
            .whole('Milliseconds that a message waits for others.', { min: 1, ...BULK_AWAIT_MS })
            .optional(),
        },
        'Delivery of several messages at a time.',
      )
      .optional(),
  },
  'What is heard, and where it goes.',
)

/**
 * The whole resource, in both versions.
 *
 * @see dapr `charts/dapr/crds/subscription.yaml`
 */
export const subscriptionSchema = field.section(
  {
    apiVersion: z
      .enum(['dapr.io/v1alpha1', 'dapr.io/v2alpha1'], {
        error: 'only dapr.io/v1alpha1 and dapr.io/v2alpha1 are known',
      })
      .optional(),
    kind: z.literal('Subscription'),
    metadata: resourceMetadata(needed('a name is needed', 'Name, for messages.'), 'subscription'),
    spec,
    scopes: field.list(field.text('App id.'), 'Apps that it is for. Empty: all.').optional(),
  },
  'A Subscription.',
)

export type SubscriptionInput = z.output<typeof subscriptionSchema>
