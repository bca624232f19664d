import type { DeclaredSubscription, Located } from '../../resources/index.ts'
import type { AppSubscription } from './subscription.ts'

export interface Wanted {
  /** One for each topic of a component, so that nothing is delivered twice. */
  readonly subscriptions: ReadonlyMap<string, AppSubscription>
  /** Which ones another one replaces: a sentence each. */
  readonly passedOver: readonly string[]
}

/**
 * What the app says counts before what stands in files, and the first before the second.
 *
 * @see dapr `pkg/runtime/compstore/subscriptions.go`
 */
export function wantedSubscriptions(
  programmatic: readonly AppSubscription[],
  declared: readonly Located<DeclaredSubscription>[],
  own: { readonly appId: string; readonly namespace: string },
): Wanted {
  const subscriptions = new Map<string, AppSubscription>()
  const passedOver: string[] = []
  const add = (subscription: AppSubscription, from: string): void => {
    const { pubsubName, topic } = subscription
    const key = JSON.stringify([pubsubName, topic])
    if (subscriptions.has(key))
      passedOver.push(
        `${from} has no effect: topic ${topic} of pubsub ${pubsubName} has a subscription already`,
      )
    else subscriptions.set(key, subscription)
  }
  for (const subscription of programmatic) add(subscription, 'a subscription of the app')
  for (const { resource, file, line } of declared) {
    const { name, namespace, scopes, ...subscription } = resource
    const isOurs =
      (scopes.length === 0 || scopes.includes(own.appId)) &&
      (namespace === '' || namespace === own.namespace)
    if (isOurs)
      add({ ...subscription, type: 'DECLARATIVE' }, `the Subscription ${name} (${file}:${line})`)
  }
  return { subscriptions, passedOver }
}
