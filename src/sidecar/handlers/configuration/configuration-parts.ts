import type { ConfigurationStore } from '../../../components/configuration/index.ts'
import type { Hosted } from '../../components/component-host.ts'
import type { ItemSubscriptions } from '../../configuration/item-subscriptions.ts'
import type { SidecarExchange } from '../../exchange.ts'
import { type BlockParts, hostedOf } from '../block-parts.ts'
import { decodeParam } from '../request-parts.ts'

export interface ConfigurationParts extends BlockParts {
  readonly subscriptions: ItemSubscriptions
  /** Whether there is an app that can be told of changes. */
  readonly hasApp: boolean
}

/** @throws Fault `ERR_CONFIGURATION_STORE_NOT_CONFIGURED`, `ERR_CONFIGURATION_STORE_NOT_FOUND` */
export const configurationStoreOf = (
  parts: BlockParts,
  x: SidecarExchange,
): Hosted<ConfigurationStore> =>
  hostedOf(parts, 'configuration', decodeParam(x.params.store), {
    none: 'ERR_CONFIGURATION_STORE_NOT_CONFIGURED',
    unknown: 'ERR_CONFIGURATION_STORE_NOT_FOUND',
  })

/** `?key=a&key=b`; none: all. */
export const queryKeys = (query: string): readonly string[] =>
  new URLSearchParams(query).getAll('key')

/** As Go writes a list. */
export const shownKeys = (keys: readonly string[]): string => `[${keys.join(' ')}]`
