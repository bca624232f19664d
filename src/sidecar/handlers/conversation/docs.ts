import { object, type RouteDoc, type Schema, text } from '../../openapi/route-doc.ts'

const params = { name: { description: 'Name of the component.', example: 'echo' } }
const errors = [
  'ERR_MALFORMED_REQUEST',
  'ERR_CONVERSATION_NOT_FOUND',
  'ERR_CONVERSATION_MISSING_INPUTS',
  'ERR_CONVERSATION_INVALID_PARMS',
  'ERR_CONVERSATION_INVOKE',
] as const
const flag: Schema = { type: 'boolean', description: 'Hides what looks like personal data.' }
const listOf = (items: Schema): Schema => ({ type: 'array', items })

export const conversationDocs = {
  alpha1: {
    summary: 'Says something to a conversation component.',
    params,
    body: {
      schema: object(
        {
          inputs: listOf(object({ content: text, role: text, scrubPII: flag }, ['content'])),
          contextID: text,
          scrubPII: flag,
        },
        ['inputs'],
      ),
      example: { inputs: [{ content: 'hello', role: 'user' }] },
    },
    answers: {
      200: {
        description: 'One output.',
        schema: object({ contextID: text, outputs: listOf(object({ result: text })) }, ['outputs']),
        example: { outputs: [{ result: 'hello' }] },
      },
    },
    errors,
  },
  alpha2: {
    summary: 'Says messages of roles to a conversation component.',
    params,
    body: {
      schema: object(
        {
          inputs: listOf(object({ messages: listOf({ type: 'object' }), scrubPii: flag })),
          tools: listOf({ type: 'object' }),
          toolChoice: text,
          contextId: text,
          scrubPii: flag,
        },
        ['inputs'],
      ),
      example: { inputs: [{ messages: [{ ofUser: { content: [{ text: 'hello' }] } }] }] },
    },
    answers: {
      200: {
        description: 'One output with one choice.',
        schema: object(
          {
            contextId: text,
            outputs: listOf(
              object({
                choices: listOf(object({ finishReason: text, message: { type: 'object' } })),
              }),
            ),
          },
          ['outputs'],
        ),
        example: {
          outputs: [{ choices: [{ finishReason: 'stop', message: { content: 'hello' } }] }],
        },
      },
    },
    errors,
  },
} as const satisfies Readonly<Record<string, RouteDoc>>
