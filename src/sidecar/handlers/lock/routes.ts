import type { ApiRoute } from '../../exchange.ts'
import { lockDocs } from './docs.ts'
import type { LockParts } from './lock-parts.ts'
import { tryLock } from './try-lock.ts'
import { unlock } from './unlock.ts'

/** @see dapr `pkg/api/http/http.go` constructDistributedLockEndpoints */
export const lockRoutes = (parts: LockParts): readonly ApiRoute[] => [
  {
    method: 'POST',
    template: '/v1.0-alpha1/lock/{store}',
    group: 'lock',
    operation: 'lock.post',
    handler: tryLock(parts),
    doc: lockDocs.tryLock,
  },
  {
    method: 'POST',
    template: '/v1.0-alpha1/unlock/{store}',
    group: 'unlock',
    operation: 'unlock.post',
    handler: unlock(parts),
    doc: lockDocs.unlock,
  },
]
