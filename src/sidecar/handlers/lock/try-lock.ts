import { messageOf } from '../../../base/fault.ts'
import { apiFault } from '../../../net/index.ts'
import { toLockKey } from '../../components/stored-key.ts'
import type { Handler } from '../../exchange.ts'
import { jsonReply } from '../replies.ts'
import { malformed } from '../request-parts.ts'
import { type LockParts, readLockRequest } from './lock-parts.ts'

/** Of Dapr's int32. */
const MAX_SECONDS = 2 ** 31 - 1

/** `POST /v1.0-alpha1/lock/{store}`: `{"success":true}` for the one who gets it. */
export const tryLock =
  (parts: LockParts): Handler =>
  async (x) => {
    let seconds = 0
    const { hosted, resourceId, owner } = await readLockRequest(parts, x, (fields, name) => {
      seconds = secondsOf(fields.expiryinseconds)
      if (seconds <= 0) throw apiFault('ERR_MALFORMED_REQUEST_LOCK_EXPIRY', { name })
    })
    const { component, block } = hosted
    try {
      const key = toLockKey(component, parts.own, resourceId)
      const result = await parts.calls.run(x.span, component, 'try_lock', () =>
        parts.meter.measure(component.name, 'try_lock', async () =>
          (await block.tryLock({ key, owner, expiryMs: seconds * 1_000 })) ? 'acquired' : 'held',
        ),
      )
      return jsonReply({ success: result === 'acquired' })
    } catch (error) {
      throw apiFault('ERR_TRY_LOCK', { reason: messageOf(error) }, error)
    }
  }

/** A number, or one in quotes, as protocol buffers take both; absent: 0. */
function secondsOf(value: unknown): number {
  if (value === undefined || value === null) return 0
  const isText = typeof value === 'string' && /^-?\d+$/.test(value)
  const seconds = isText || typeof value === 'number' ? Number(value) : Number.NaN
  if (Number.isInteger(seconds) && seconds <= MAX_SECONDS) return seconds
  throw malformed('expiryInSeconds is a whole number of seconds')
}
