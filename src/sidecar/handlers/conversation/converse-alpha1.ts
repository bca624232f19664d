import type { ConversationForm } from './converse.ts'
import { flagOf, listOf, protoFields, textOf } from './proto-fields.ts'
import { scrubPii } from './scrub-pii.ts'

/** Inputs are texts. The role of none changes anything: it goes to a model, and none is built. */
export const alpha1: ConversationForm = {
  read: ({ inputs }) => ({
    messages: listOf(inputs, 'inputs').map((input) => {
      const { content, scrubpii } = protoFields(input, 'an input')
      const text = textOf(content, 'content')
      const texts = [flagOf(scrubpii, 'scrubPII') ? scrubPii(text) : text]
      return { role: 'user', texts, toolCalls: [] }
    }),
    tools: [],
  }),
  write: ({ text }, contextID) => ({
    ...(contextID === '' ? {} : { contextID }),
    outputs: [text === '' ? {} : { result: text }],
  }),
}
