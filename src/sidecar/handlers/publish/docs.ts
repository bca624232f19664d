import { anything, NOTHING, type RouteDoc } from '../../openapi/route-doc.ts'

export const publishDocs = {
  publish: {
    summary: 'Publishes a message, in a CloudEvents envelope unless it is raw.',
    query: {
      'metadata.rawPayload': {
        description: '`true`: as it is, without an envelope.',
        schema: { enum: ['true', 'false'] },
      },
      'metadata.ttlInSeconds': {
        description: 'After so long it is delivered to nobody.',
        schema: { type: 'integer', minimum: 1 },
      },
    },
    body: { schema: anything, example: { id: 7 }, optional: true },
    answers: { 204: NOTHING },
    errors: [
      'ERR_PUBSUB_NOT_CONFIGURED',
      'ERR_PUBSUB_NOT_FOUND',
      'ERR_TOPIC_NAME_EMPTY',
      'ERR_PUBSUB_REQUEST_METADATA',
      'ERR_PUBSUB_CLOUD_EVENTS_SER',
      'ERR_PUBSUB_PUBLISH_MESSAGE',
    ],
  },
} as const satisfies Readonly<Record<string, RouteDoc>>
