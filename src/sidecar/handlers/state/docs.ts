import {
  anything,
  NOTHING,
  object,
  type ParamDoc,
  type RouteDoc,
  type Schema,
  text,
  textMap,
  texts,
} from '../../openapi/route-doc.ts'

const consistency: ParamDoc = {
  description: 'How sure the store has to be.',
  schema: { enum: ['strong', 'eventual'] },
}
const concurrency: ParamDoc = {
  description: 'Who wins when two write.',
  schema: { enum: ['first-write', 'last-write'] },
}

const item: Schema = object(
  {
    key: { type: 'string', minLength: 1 },
    value: anything,
    etag: { type: ['string', 'null'], description: 'The write fails when the record has another.' },
    options: object({ concurrency: text, consistency: text }),
    metadata: { ...textMap, description: 'For example `ttlInSeconds`.' },
  },
  ['key'],
)

const STORE = ['ERR_STATE_STORE_NOT_CONFIGURED', 'ERR_STATE_STORE_NOT_FOUND'] as const
const KEYED = [...STORE, 'ERR_MALFORMED_REQUEST_KEY'] as const
const READ_BODY = [...KEYED, 'ERR_MALFORMED_REQUEST'] as const

export const stateDocs = {
  get: {
    summary: 'Reads a record.',
    query: { consistency },
    answers: {
      200: {
        description: 'The bytes as they are stored: JSON, if they were saved by this API.',
        schema: anything,
        example: { n: 1 },
        headers: {
          ETag: 'Version of the record.',
          'metadata.ttlExpireTime': 'When it ends, RFC 3339, where the store tells.',
        },
      },
      204: { description: 'There is no such record.' },
    },
    errors: [...KEYED, 'ERR_STATE_GET'],
  },
  save: {
    summary: 'Saves records, each for itself.',
    body: {
      schema: { type: 'array', items: item },
      example: [{ key: 'order-7', value: { n: 1 }, metadata: { ttlInSeconds: '60' } }],
    },
    answers: { 204: NOTHING },
    errors: [...READ_BODY, 'ERR_STATE_SAVE', 'ERR_STATE_SAVE_MISMATCH', 'ERR_STATE_SAVE_ETAG'],
  },
  delete: {
    summary: 'Deletes a record; one that is not there is as good as deleted.',
    query: { consistency, concurrency },
    headers: { 'If-Match': { description: 'ETag that the record must have.' } },
    answers: { 204: NOTHING },
    errors: [...KEYED, 'ERR_STATE_DELETE', 'ERR_STATE_DELETE_MISMATCH', 'ERR_STATE_DELETE_ETAG'],
  },
  bulkGet: {
    summary: 'Reads many records.',
    body: {
      schema: object({ keys: texts, parallelism: { type: 'integer' }, metadata: textMap }),
      example: { keys: ['order-7', 'order-8'] },
    },
    answers: {
      200: {
        description: 'One entry a key, in their order; one without `data` is not there.',
        schema: {
          type: 'array',
          items: object({ key: text, data: anything, etag: text, metadata: textMap, error: text }, [
            'key',
          ]),
        },
        example: [{ key: 'order-7', data: { n: 1 }, etag: '3' }, { key: 'order-8' }],
      },
    },
    errors: READ_BODY,
  },
  transaction: {
    summary: 'Changes records, all or none.',
    body: {
      schema: object({
        operations: {
          type: 'array',
          items: object({ operation: { enum: ['upsert', 'delete'] }, request: item }, [
            'operation',
            'request',
          ]),
        },
        metadata: { ...textMap, type: ['object', 'null'] },
      }),
      example: {
        operations: [
          { operation: 'upsert', request: { key: 'order-7', value: { n: 2 } } },
          { operation: 'delete', request: { key: 'order-8' } },
        ],
      },
    },
    answers: { 204: NOTHING },
    errors: [
      ...READ_BODY,
      'ERR_STATE_TRANSACTION',
      'ERR_STATE_STORE_NOT_SUPPORTED',
      'ERR_NOT_SUPPORTED_STATE_OPERATION',
    ],
  },
  query: {
    summary: 'Queries records. No store of this sidecar can.',
    body: { schema: anything, example: { filter: {} }, optional: true },
    answers: {},
    errors: [...STORE, 'ERR_STATE_STORE_NOT_SUPPORTED_QUERY'],
  },
} as const satisfies Readonly<Record<string, RouteDoc>>
