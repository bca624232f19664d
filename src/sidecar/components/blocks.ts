import { type Binding, bindingDrivers } from '../../components/bindings/index.ts'
import {
  type ConfigurationStore,
  configurationDrivers,
} from '../../components/configuration/index.ts'
import { type Conversation, conversationDrivers } from '../../components/conversation/index.ts'
import type { Block, DriverTable } from '../../components/index.ts'
import { type LockStore, lockDrivers } from '../../components/lock/index.ts'
import { type Middleware, middlewareDrivers } from '../../components/middleware/index.ts'
import { type PubSub, pubsubDrivers } from '../../components/pubsub/index.ts'
import { type SecretStore, secretDrivers } from '../../components/secretstores/index.ts'
import { type StateStore, stateDrivers } from '../../components/state/index.ts'

/** What the drivers of a building block open, by the first word of a component's type. */
export interface Blocks {
  readonly state: StateStore
  readonly pubsub: PubSub
  readonly secretstores: SecretStore
  readonly configuration: ConfigurationStore
  readonly lock: LockStore
  readonly bindings: Binding
  readonly conversation: Conversation
  readonly middleware: Middleware
}

export type BlockName = keyof Blocks

/** Every driver there is. */
export const drivers: { readonly [K in BlockName]: DriverTable<Blocks[K]> } = {
  state: stateDrivers,
  pubsub: pubsubDrivers,
  secretstores: secretDrivers,
  configuration: configurationDrivers,
  lock: lockDrivers,
  bindings: bindingDrivers,
  conversation: conversationDrivers,
  middleware: middlewareDrivers,
}

/** The first word: the block that a component belongs to, built or not. */
export const blockOf = (type: string): string => type.split('.', 1)[0] ?? ''

/** @returns the drivers of a block; none for one that is not built */
export const driversOf = (block: string): DriverTable<Block> =>
  Object.hasOwn(drivers, block) ? drivers[block as BlockName] : {}
