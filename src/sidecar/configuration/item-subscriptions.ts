import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import type {
  ConfigurationMetadata,
  ConfigurationStore,
} from '../../components/configuration/index.ts'
import type { ComponentHost, Hosted } from '../components/component-host.ts'
import { type ItemWatch, watchItems } from './item-watch.ts'
import { type PushParts, pushItems } from './push-items.ts'

/** What the app wants to hear of: kept running, whatever comes and goes. */
export interface ItemSubscriptions extends AsyncDisposable {
  /** @param keys none: all. @returns its id */
  subscribe(
    hosted: Hosted<ConfigurationStore>,
    keys: readonly string[],
    metadata: ConfigurationMetadata,
  ): Promise<string>
  /** @throws Fault `SUBSCRIPTION_UNKNOWN` */
  unsubscribe(store: string, id: string): Promise<void>
  /** Components have changed: subscriptions follow. */
  follow(): void
}

export interface ItemSubscriptionParts extends PushParts {
  readonly host: Pick<ComponentHost, 'find'>
  readonly clock: Clock
  readonly log: Logger
  readonly newId: () => string
}

export function createItemSubscriptions(parts: ItemSubscriptionParts): ItemSubscriptions {
  const { host, newId } = parts
  const running = new Map<string, { readonly store: string; readonly watch: ItemWatch }>()
  const stopping = new AbortController()
  return {
    async subscribe({ component: { name }, block }, keys, metadata) {
      const id = newId()
      const watch = await watchItems(block, {
        ...parts,
        keys,
        metadata,
        store: () => host.find('configuration', name)?.block,
        onChange: (items, signal) => pushItems(parts, { id, store: name, items }, signal),
      })
      // A stop that came meanwhile has not seen this one.
      if (stopping.signal.aborted) await watch[Symbol.asyncDispose]()
      else running.set(id, { store: name, watch })
      return id
    },
    async unsubscribe(store, id) {
      const found = running.get(id)
      if (found?.store !== store)
        throw new Fault('SUBSCRIPTION_UNKNOWN', `subscription with id ${id} does not exist`)
      running.delete(id)
      await found.watch[Symbol.asyncDispose]()
    },
    follow() {
      for (const { watch } of running.values()) watch.follow()
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      const watches = [...running.values()].map(({ watch }) => watch)
      running.clear()
      await Promise.all(watches.map((watch) => watch[Symbol.asyncDispose]()))
    },
  }
}
