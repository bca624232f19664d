import { type RouteDoc, textMap } from '../../openapi/route-doc.ts'

const STORE = ['ERR_SECRET_STORES_NOT_CONFIGURED', 'ERR_SECRET_STORE_NOT_FOUND'] as const

const params = { store: { description: 'Name of the secret store.', example: 'secretstore' } }

export const secretDocs = {
  get: {
    summary: 'Reads a secret.',
    params,
    answers: {
      200: { description: 'Its values by key.', schema: textMap, example: { password: '…' } },
    },
    errors: [...STORE, 'ERR_PERMISSION_DENIED', 'ERR_SECRET_GET'],
  },
  bulkGet: {
    summary: 'Reads all secrets that the app may read.',
    params,
    answers: {
      200: {
        description: 'Values by key, by name of the secret.',
        schema: { type: 'object', additionalProperties: textMap },
        example: { redis: { password: '…' } },
      },
    },
    errors: [...STORE, 'ERR_SECRET_GET_BULK'],
  },
} as const satisfies Readonly<Record<string, RouteDoc>>
