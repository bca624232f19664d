import { object, type RouteDoc, text, textMap, texts } from '../../openapi/route-doc.ts'

const STORE = [
  'ERR_CONFIGURATION_STORE_NOT_CONFIGURED',
  'ERR_CONFIGURATION_STORE_NOT_FOUND',
] as const
const key = { description: 'May stand several times; none: all.', schema: texts }

const params = {
  store: { description: 'Name of the configuration store.', example: 'configstore' },
}

export const configurationDocs = {
  get: {
    summary: 'Reads configuration items.',
    params,
    query: { key },
    answers: {
      200: {
        description: 'Items by key.',
        schema: {
          type: 'object',
          additionalProperties: object({ value: text, version: text, metadata: textMap }),
        },
        example: { limit: { value: '10', version: '2' } },
      },
      204: { description: 'There are none.' },
    },
    errors: [...STORE, 'ERR_CONFIGURATION_GET'],
  },
  subscribe: {
    summary: 'Has the app told of changes, by `POST /configuration/{store}/{key}`.',
    params,
    query: { key },
    answers: {
      200: {
        description: 'The id that ends it.',
        schema: object({ id: text }, ['id']),
        example: { id: '0d5b9bd4-3b5e-4ec4-9c0b-3f0a0e9a6c52' },
      },
    },
    errors: [...STORE, 'ERR_APP_CHANNEL_NIL', 'ERR_CONFIGURATION_SUBSCRIBE'],
  },
  unsubscribe: {
    summary: 'Ends a subscription.',
    params,
    answers: {
      200: {
        description: 'It has ended.',
        schema: object({ ok: { type: 'boolean' } }, ['ok']),
        example: { ok: true },
      },
      500: {
        description: 'Why not. As in Dapr there may be no error code.',
        schema: object({ message: text }, ['message']),
        example: { message: 'failed to unsubscribe to configuration request 7: …' },
      },
    },
    errors: STORE,
  },
} as const satisfies Readonly<Record<string, RouteDoc>>
