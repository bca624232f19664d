import { anything, NOTHING, object, type RouteDoc, text, textMap } from '../openapi/route-doc.ts'

/** What stands in the OpenAPI document of routes that need no component. */
export const coreDocs = {
  invoke: {
    summary: 'Calls a method of another app.',
    answers: {},
    errors: [
      'ERR_DIRECT_INVOKE',
      'ERR_DIRECT_INVOKE_NO_APP_ID',
      'ERR_DIRECT_INVOKE_METHOD',
      'ERR_DIRECT_INVOKE_DENIED',
      'ERR_TOO_MANY_REQUESTS',
      'ERR_BODY_TOO_LARGE',
    ],
    passesOn: true,
  },
  healthz: {
    summary: 'Whether everything is there, the app included.',
    query: { appid: { description: 'Asks whether this is the sidecar of that app.' } },
    answers: { 204: { description: 'Ready.' } },
    errors: ['ERR_HEALTH_NOT_READY', 'ERR_HEALTH_APPID_NOT_MATCH'],
  },
  healthzOutbound: {
    summary: 'Whether the API serves, which may be before the app listens.',
    answers: { 204: { description: 'The API serves.' } },
    errors: ['ERR_OUTBOUND_HEALTH_NOT_READY'],
  },
  metadata: {
    summary: 'What this sidecar is and runs.',
    answers: {
      200: {
        description: 'Dapr’s fields, each left out when empty, and under `sidelight` our own.',
        schema: object({ id: text, runtimeVersion: text, extended: textMap, sidelight: anything }, [
          'id',
          'runtimeVersion',
          'extended',
          'sidelight',
        ]),
      },
    },
    errors: [],
  },
  putMetadata: {
    summary: 'Adds an entry to `extended` of the metadata.',
    body: { schema: text, example: 'blue', type: 'text/plain', optional: true },
    answers: { 204: NOTHING },
    errors: [],
  },
  openApi: {
    summary: 'This document.',
    answers: {
      200: { description: 'OpenAPI 3.1.', schema: object({ openapi: text }, ['openapi']) },
    },
    errors: [],
  },
  shutdown: {
    summary: 'Stops the sidecar; with `dapr-force-shutdown: true` at once.',
    headers: {
      'dapr-force-shutdown': { description: '`true`: without draining.', example: 'false' },
    },
    answers: { 204: { description: 'It stops.' } },
    errors: [],
  },
} as const satisfies Readonly<Record<string, RouteDoc>>
