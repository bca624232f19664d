import type { LockStore } from '../../../components/lock/index.ts'
import { apiFault } from '../../../net/index.ts'
import type { Hosted } from '../../components/component-host.ts'
import type { SidecarExchange } from '../../exchange.ts'
import type { LockMeter } from '../../lock/lock-meter.ts'
import { type BlockParts, hostedOf } from '../block-parts.ts'
import { decodeParam, fieldsOf, malformed, readJson } from '../request-parts.ts'

export interface LockParts extends BlockParts {
  readonly meter: LockMeter
}

/** What both requests have. */
export interface LockRequest {
  readonly hosted: Hosted<LockStore>
  readonly resourceId: string
  readonly owner: string
}

/**
 * Checked in Dapr's order.
 *
 * @param check what else the fields must hold; before all else, as in Dapr
 * @throws Fault `ERR_MALFORMED_REQUEST`, `ERR_LOCK_STORE_…`
 * @see dapr `pkg/api/universal/lock.go`
 */
export async function readLockRequest(
  parts: LockParts,
  x: SidecarExchange,
  check: (fields: Readonly<Record<string, unknown>>, name: string) => void = () => undefined,
): Promise<LockRequest> {
  const name = decodeParam(x.params.store)
  const fields = fieldsOf(await readJson(x.request, parts.maxBodyBytes), 'the body')
  const resourceId = textOf(fields.resourceid, 'resourceId')
  const owner = textOf(fields.lockowner, 'lockOwner')
  check(fields, name)
  if (parts.host.all('lock').length === 0) throw apiFault('ERR_LOCK_STORE_NOT_CONFIGURED')
  if (resourceId === '') throw apiFault('ERR_MALFORMED_REQUEST_LOCK_RESOURCE', { name })
  if (owner === '') throw apiFault('ERR_MALFORMED_REQUEST_LOCK_OWNER', { name })
  const hosted = hostedOf(parts, 'lock', name, {
    none: 'ERR_LOCK_STORE_NOT_CONFIGURED',
    unknown: 'ERR_LOCK_STORE_NOT_FOUND',
  })
  return { hosted, resourceId, owner }
}

function textOf(value: unknown, what: string): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw malformed(`${what} is a text`)
  return value
}
