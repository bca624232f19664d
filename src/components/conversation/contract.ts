/**
 * A conversation, as a driver serves it: messages in, one answer out.
 *
 * Faults have any code. No message holds a word of what was said.
 *
 * @see dapr components-contrib `conversation/converse.go`
 */
export interface Conversation extends AsyncDisposable {
  readonly features: ReadonlySet<string>
  converse(request: ConversationRequest): Promise<ConversationAnswer>
}

export interface ConversationRequest {
  readonly messages: readonly ConversationMessage[]
  readonly tools: readonly ConversationTool[]
}

export interface ConversationMessage {
  readonly role: 'developer' | 'system' | 'user' | 'assistant' | 'tool'
  readonly texts: readonly string[]
  /** Of an assistant's message. */
  readonly toolCalls: readonly ToolCall[]
  /** Of a tool's message: which call it answers. */
  readonly tool?: { readonly id: string; readonly name: string }
}

export interface ConversationTool {
  readonly name: string
  /** Names of its arguments. */
  readonly parameters: readonly string[]
}

export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly arguments: string
}

export interface ConversationAnswer {
  /** `stop`, `tool_calls`. */
  readonly finishReason: string
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
}
