import type { SubscriptionInput } from './schema.ts'
import {
  BULK_AWAIT_MS,
  BULK_MESSAGES,
  type DeclaredSubscription,
  type RouteRule,
  toPath,
} from './subscription.ts'

export const toSubscription = ({
  apiVersion,
  metadata,
  spec,
  scopes,
}: SubscriptionInput): DeclaredSubscription => ({
  name: metadata.name,
  namespace: metadata.namespace ?? '',
  pubsubName: spec.pubsubname,
  topic: spec.topic,
  rules: rulesOf(apiVersion, spec),
  deadLetterTopic: spec.deadLetterTopic || undefined,
  metadata: spec.metadata ?? {},
  bulk: spec.bulkSubscribe?.enabled
    ? {
        maxMessages: spec.bulkSubscribe.maxMessagesCount ?? BULK_MESSAGES.fallback,
        maxAwaitMs: spec.bulkSubscribe.maxAwaitDurationMs ?? BULK_AWAIT_MS.fallback,
      }
    : undefined,
  scopes: scopes ?? [],
})

/** Each version reads its own field only. */
function rulesOf(
  version: SubscriptionInput['apiVersion'],
  { route, routes }: SubscriptionInput['spec'],
): RouteRule[] {
  const rules =
    version === 'dapr.io/v1alpha1'
      ? []
      : (routes?.rules ?? []).map(({ match, path }) => ({
          match: match?.trim() || undefined,
          path: toPath(path),
        }))
  const last = version === 'dapr.io/v1alpha1' ? route : routes?.default || (routes ? '' : route)
  return last ? [...rules, { match: undefined, path: toPath(last) }] : rules
}
