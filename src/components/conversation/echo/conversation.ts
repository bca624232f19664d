import type { Conversation, ConversationMessage } from '../contract.ts'

/** Every text, in order, a line each; and a call of every tool. */
export const createEcho = (): Conversation => ({
  features: new Set(),
  async converse({ messages, tools }) {
    const asked = tools.map(({ name, parameters }, i) => ({
      id: String(i),
      name,
      arguments: [...parameters].sort().join(','),
    }))
    const toolCalls = [...asked, ...messages.flatMap((message) => message.toolCalls)]
    return {
      finishReason: toolCalls.length > 0 ? 'tool_calls' : 'stop',
      text: messages.flatMap(textsOf).join('\n'),
      toolCalls,
    }
  },
  async [Symbol.asyncDispose]() {},
})

/** daprd's words. */
const textsOf = ({ texts, tool }: ConversationMessage): readonly string[] =>
  tool === undefined
    ? texts
    : texts.map(
        (text) => `Tool Response for tool ID '${tool.id}' with name '${tool.name}': ${text}`,
      )
