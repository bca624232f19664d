import { object, type RouteDoc, text } from '../../openapi/route-doc.ts'

const ERRORS = [
  'ERR_MALFORMED_REQUEST',
  'ERR_LOCK_STORE_NOT_CONFIGURED',
  'ERR_LOCK_STORE_NOT_FOUND',
  'ERR_MALFORMED_REQUEST_LOCK_RESOURCE',
  'ERR_MALFORMED_REQUEST_LOCK_OWNER',
] as const
const lock = { resourceId: text, lockOwner: text }

const params = { store: { description: 'Name of the lock store.', example: 'lockstore' } }

export const lockDocs = {
  tryLock: {
    summary: 'Tries to get a lock; does not wait.',
    params,
    body: {
      schema: object({ ...lock, expiryInSeconds: { type: 'integer', minimum: 1 } }, [
        'resourceId',
        'lockOwner',
        'expiryInSeconds',
      ]),
      example: { resourceId: 'order-7', lockOwner: 'worker-1', expiryInSeconds: 60 },
    },
    answers: {
      200: {
        description: 'Whether it is the owner’s now.',
        schema: object({ success: { type: 'boolean' } }, ['success']),
        example: { success: true },
      },
    },
    errors: [
      ...ERRORS,
      'ERR_MALFORMED_REQUEST_LOCK_EXPIRY',
      'ERR_MALFORMED_REQUEST_KEY',
      'ERR_TRY_LOCK',
    ],
  },
  unlock: {
    summary: 'Gives a lock back.',
    params,
    body: {
      schema: object(lock, ['resourceId', 'lockOwner']),
      example: { resourceId: 'order-7', lockOwner: 'worker-1' },
    },
    answers: {
      200: {
        description: '0: released. 1: nobody holds it. 2: another does. 3: the store failed.',
        schema: object({ status: { type: 'integer', minimum: 0, maximum: 3 } }, ['status']),
        example: { status: 0 },
      },
    },
    errors: [...ERRORS, 'ERR_MALFORMED_REQUEST_KEY', 'ERR_UNLOCK'],
  },
} as const satisfies Readonly<Record<string, RouteDoc>>
