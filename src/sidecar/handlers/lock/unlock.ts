import { messageOf } from '../../../base/fault.ts'
import type { UnlockOutcome } from '../../../components/lock/index.ts'
import { apiFault } from '../../../net/index.ts'
import { toLockKey } from '../../components/stored-key.ts'
import type { Handler } from '../../exchange.ts'
import { jsonReply } from '../replies.ts'
import { type LockParts, readLockRequest } from './lock-parts.ts'

/** Dapr's numbers: SUCCESS, LOCK_DOES_NOT_EXIST, LOCK_BELONGS_TO_OTHERS. */
const STATUSES: Readonly<Record<UnlockOutcome, number>> = { released: 0, missing: 1, others: 2 }

/** `POST /v1.0-alpha1/unlock/{store}`: 200 whatever came of it; the status says what. */
export const unlock =
  (parts: LockParts): Handler =>
  async (x) => {
    const { hosted, resourceId, owner } = await readLockRequest(parts, x)
    const { component, block } = hosted
    try {
      const key = toLockKey(component, parts.own, resourceId)
      const outcome = await parts.calls.run(x.span, component, 'unlock', () =>
        parts.meter.measure(component.name, 'unlock', () => block.unlock({ key, owner })),
      )
      return jsonReply({ status: STATUSES[outcome] })
    } catch (error) {
      throw apiFault('ERR_UNLOCK', { reason: messageOf(error) }, error)
    }
  }
