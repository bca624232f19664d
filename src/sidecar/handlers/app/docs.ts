import { object, type RouteDoc } from '../../openapi/route-doc.ts'

const integer = { type: 'integer' } as const
const boolean = { type: 'boolean' } as const

export const appDocs = {
  app: {
    summary: 'The app says where it has metrics, and hears how to sample. Not Dapr’s.',
    body: {
      schema: object({
        metrics: object({ port: integer, path: { type: 'string' } }, ['port']),
      }),
      example: { metrics: { port: 9464, path: '/metrics' } },
    },
    answers: {
      200: {
        description: 'What the Configuration in force says.',
        schema: object(
          {
            generation: integer,
            sampling: object({ enabled: boolean, rate: { type: 'number' }, keep: boolean }, [
              'enabled',
              'rate',
              'keep',
            ]),
          },
          ['generation', 'sampling'],
        ),
      },
    },
    errors: ['ERR_MALFORMED_REQUEST', 'ERR_BODY_TOO_LARGE'],
  },
  traces: {
    summary: 'Spans of the app, by OTLP over HTTP: they go where the sidecar’s go. Not Dapr’s.',
    headers: {
      'sidelight-held': {
        description:
          'The spans are of unsampled requests, and wait for the verdict on their trace.',
        example: '1',
      },
    },
    body: {
      schema: object({ resourceSpans: { type: 'array' } }),
      example: { resourceSpans: [] },
    },
    answers: {
      200: {
        description: 'Taken; `partialSuccess` says what was not.',
        schema: object({ partialSuccess: {} }),
      },
      400: {
        description: 'Not OTLP.',
        schema: object({ code: integer, message: { type: 'string' } }),
      },
      413: {
        description: 'Too large.',
        schema: object({ code: integer, message: { type: 'string' } }),
      },
      415: {
        description: 'Of another media type.',
        schema: { type: 'string' },
        type: 'text/plain',
      },
    },
    errors: [],
  },
} as const satisfies Readonly<Record<string, RouteDoc>>
