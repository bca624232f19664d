import { apiFault } from '../../net/index.ts'
import type { Component } from '../../resources/index.ts'
import { metadataValue } from './metadata-value.ts'

const SEPARATOR = '||'
const KEY_PREFIX = 'keyPrefix'

/**
 * The key as it stands in the store, by the component's `keyPrefix`: `appid` (default), `name`, `namespace`,
 * `none`, or a text of the user's own.
 *
 * @throws Fault `ERR_MALFORMED_REQUEST_KEY`
 * @see dapr `pkg/components/state/state_config.go`
 */
export function toStoredKey(
  component: Component,
  own: { readonly appId: string; readonly namespace: string },
  key: string,
): string {
  if (key.includes(SEPARATOR))
    throw apiFault('ERR_MALFORMED_REQUEST_KEY', { key, name: component.name })
  const strategy = metadataValue(component, KEY_PREFIX)
  switch (strategy.toLowerCase()) {
    case 'none':
      return key
    case 'name':
      return `${component.name}${SEPARATOR}${key}`
    case 'namespace':
      return own.namespace === ''
        ? `${own.appId}${SEPARATOR}${key}`
        : `${own.namespace}.${own.appId}${SEPARATOR}${key}`
    case '':
    case 'appid':
      return `${own.appId}${SEPARATOR}${key}`
    default:
      return `${strategy}${SEPARATOR}${key}`
  }
}

/**
 * The key of a lock, for example `lock||orders||stock`: apart from state, whatever the prefix.
 *
 * @throws Fault `ERR_MALFORMED_REQUEST_KEY`
 * @see dapr `pkg/components/lock/lock_config.go`
 */
export const toLockKey = (...stored: Parameters<typeof toStoredKey>): string =>
  `lock${SEPARATOR}${toStoredKey(...stored)}`

/** Why the component's `keyPrefix` cannot be used; `undefined`: it can. */
export const keyPrefixTrouble = (component: Component): string | undefined =>
  metadataValue(component, KEY_PREFIX).includes(SEPARATOR)
    ? `${KEY_PREFIX}: it can't contain '${SEPARATOR}', which stands between prefix and key`
    : undefined
