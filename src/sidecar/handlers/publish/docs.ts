import { anything, NOTHING, object, type RouteDoc, text, textMap } from '../../openapi/route-doc.ts'

const TARGET = [
  'ERR_PUBSUB_NOT_CONFIGURED',
  'ERR_PUBSUB_NOT_FOUND',
  'ERR_TOPIC_NAME_EMPTY',
  'ERR_PUBSUB_FORBIDDEN',
  'ERR_PUBSUB_REQUEST_METADATA',
  'ERR_PUBSUB_CLOUD_EVENTS_SER',
] as const

const query = {
  'metadata.rawPayload': {
    description: '`true`: as it is, without an envelope.',
    schema: { enum: ['true', 'false'] },
  },
  'metadata.ttlInSeconds': {
    description: 'After so long it is delivered to nobody.',
    schema: { type: 'integer', minimum: 1 },
  },
}

export const publishDocs = {
  publish: {
    summary: 'Publishes a message, in a CloudEvents envelope unless it is raw.',
    query,
    body: { schema: anything, example: { id: 7 }, optional: true },
    answers: { 204: NOTHING },
    errors: [...TARGET, 'ERR_PUBSUB_PUBLISH_MESSAGE'],
  },
  bulk: {
    summary: 'Publishes many messages, each for itself.',
    query,
    body: {
      schema: {
        type: 'array',
        items: object(
          {
            entryId: { type: 'string', minLength: 1, description: 'Each one once.' },
            event: anything,
            contentType: text,
            metadata: textMap,
          },
          ['entryId', 'event'],
        ),
      },
      example: [
        { entryId: '1', event: { id: 7 }, contentType: 'application/json' },
        { entryId: '2', event: 'text', contentType: 'text/plain' },
      ],
    },
    answers: {
      204: NOTHING,
      500: {
        description: 'The broker has not taken these; it has taken the others.',
        schema: object(
          {
            failedEntries: {
              type: 'array',
              items: object({ entryId: text, error: text }, ['entryId', 'error']),
            },
            errorCode: text,
          },
          ['failedEntries', 'errorCode'],
        ),
      },
    },
    errors: [...TARGET, 'ERR_PUBSUB_EVENTS_SER'],
  },
} as const satisfies Readonly<Record<string, RouteDoc>>
