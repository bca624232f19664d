export type {
  Conversation,
  ConversationAnswer,
  ConversationMessage,
  ConversationRequest,
  ConversationTool,
  ToolCall,
} from './contract.ts'
export { conversationDrivers } from './registry.ts'
