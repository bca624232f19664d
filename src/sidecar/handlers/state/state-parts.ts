import { codeOf, messageOf } from '../../../base/fault.ts'
import type { StateStore } from '../../../components/state/index.ts'
import { apiFault } from '../../../net/index.ts'
import type { Hosted } from '../../components/component-host.ts'
import { toStoredKey } from '../../components/stored-key.ts'
import type { SidecarExchange } from '../../exchange.ts'
import { type BlockParts, hostedOf } from '../block-parts.ts'
import { decodeParam } from '../request-parts.ts'

/** @throws Fault `ERR_STATE_STORE_NOT_CONFIGURED`, `ERR_STATE_STORE_NOT_FOUND` */
export const storeOf = (parts: BlockParts, x: SidecarExchange): Hosted<StateStore> =>
  hostedOf(parts, 'state', decodeParam(x.params.store), {
    none: 'ERR_STATE_STORE_NOT_CONFIGURED',
    unknown: 'ERR_STATE_STORE_NOT_FOUND',
  })

export const storedKeyOf = ({ own }: BlockParts, { component }: Hosted<StateStore>, key: string) =>
  toStoredKey(component, own, key)

/** The three ways in which a write fails, as the API tells them. */
export function writeFault(
  kind: 'ERR_STATE_SAVE' | 'ERR_STATE_DELETE',
  params: Readonly<Record<string, string>>,
  error: unknown,
) {
  const code = codeOf(error)
  const name =
    code === 'STATE_ETAG_MISMATCH'
      ? (`${kind}_MISMATCH` as const)
      : code === 'STATE_ETAG_INVALID'
        ? (`${kind}_ETAG` as const)
        : kind
  return apiFault(name, { ...params, reason: messageOf(error) }, error)
}
