import { anything, NOTHING, object, type RouteDoc, text, textMap } from '../../openapi/route-doc.ts'

export const bindingDocs = {
  invoke: {
    summary: 'Has an output binding do something.',
    params: { name: { description: 'Name of the binding.', example: 'files' } },
    body: {
      schema: object(
        {
          operation: { ...text, description: 'One that the binding has, for example `create`.' },
          data: anything,
          metadata: textMap,
        },
        ['operation'],
      ),
      example: { operation: 'create', data: { n: 1 }, metadata: { fileName: 'a.json' } },
    },
    answers: {
      200: {
        description: 'What the binding gives: JSON, or whatever bytes there are.',
        schema: anything,
        headers: { 'metadata.statusCode': 'Metadata of the answer, one header each.' },
      },
      204: NOTHING,
    },
    errors: ['ERR_MALFORMED_REQUEST', 'ERR_INVOKE_OUTPUT_BINDING'],
  },
} as const satisfies Readonly<Record<string, RouteDoc>>
