import type {
  ConversationMessage,
  ConversationTool,
  ToolCall,
} from '../../../components/conversation/index.ts'
import { apiFault } from '../../../net/index.ts'
import type { ConversationForm } from './converse.ts'
import { flagOf, listOf, type ProtoFields, protoFields, textOf } from './proto-fields.ts'
import { scrubPii } from './scrub-pii.ts'

/** Inputs are messages of roles. What is empty or zero is left out, as protocol buffers do in JSON: the index of the one choice, too. */
export const alpha2: ConversationForm = {
  read(fields, name) {
    const tools = listOf(fields.tools, 'tools').map((tool) => toTool(tool, name))
    checkToolChoice(textOf(fields.toolchoice, 'toolChoice'), tools, name)
    return {
      messages: listOf(fields.inputs, 'inputs').flatMap((input) => toMessages(input, name)),
      tools,
    }
  },
  write: ({ finishReason, text, toolCalls }, contextId) => ({
    ...(contextId === '' ? {} : { contextId }),
    outputs: [
      {
        choices: [
          {
            finishReason,
            message: {
              ...(text === '' ? {} : { content: text }),
              ...(toolCalls.length === 0 ? {} : { toolCalls: toolCalls.map(shownCall) }),
            },
          },
        ],
      },
    ],
  }),
}

const ROLES: readonly (readonly [string, ConversationMessage['role']])[] = [
  ['ofdeveloper', 'developer'],
  ['ofsystem', 'system'],
  ['ofuser', 'user'],
  ['ofassistant', 'assistant'],
  ['oftool', 'tool'],
]

function toMessages(input: unknown, name: string): readonly ConversationMessage[] {
  const { messages, scrubpii } = protoFields(input, 'an input')
  const hide = flagOf(scrubpii, 'scrubPii') ? scrubPii : (text: string) => text
  return listOf(messages, 'messages').map((message) => {
    const fields = protoFields(message, 'a message')
    const [key, role] = ROLES.find(([of]) => fields[of] !== undefined && fields[of] !== null) ?? []
    if (key === undefined || role === undefined) throw invalid(name)
    return toMessage(protoFields(fields[key], 'a message'), role, hide, name)
  })
}

function toMessage(
  { content, toolcalls, toolid, name: toolName }: ProtoFields,
  role: ConversationMessage['role'],
  hide: (text: string) => string,
  name: string,
): ConversationMessage {
  const texts = listOf(content, 'content').map((part) =>
    hide(textOf(protoFields(part, 'a content').text, 'text')),
  )
  const isAssistant = role === 'assistant'
  return {
    role,
    texts,
    toolCalls: isAssistant ? listOf(toolcalls, 'toolCalls').map((call) => toCall(call, name)) : [],
    ...(role === 'tool'
      ? { tool: { id: textOf(toolid, 'toolId'), name: textOf(toolName, 'name') } }
      : {}),
  }
}

function toCall(call: unknown, name: string): ToolCall {
  const { id, function: called } = protoFields(call, 'a tool call')
  if (called === undefined || called === null) throw invalid(name)
  const fields = protoFields(called, 'a function')
  return {
    id: textOf(id, 'id'),
    name: textOf(fields.name, 'name'),
    arguments: textOf(fields.arguments, 'arguments'),
  }
}

function toTool(tool: unknown, name: string): ConversationTool {
  const { function: described } = protoFields(tool, 'a tool')
  if (described === undefined || described === null) throw invalid(name)
  const fields = protoFields(described, 'a function')
  const { properties = {} } = (fields.parameters ?? {}) as { readonly properties?: unknown }
  // Names of arguments are the user's own: they stay as they are.
  const isObject = typeof properties === 'object' && properties !== null
  return { name: textOf(fields.name, 'name'), parameters: isObject ? Object.keys(properties) : [] }
}

/** `auto`, `none`, `required`, or the name of a tool. */
function checkToolChoice(choice: string, tools: readonly ConversationTool[], name: string): void {
  if (choice === '' || choice === 'auto' || choice === 'none') return
  const isRequired = choice === 'required'
  const isMet =
    tools.length === 0 ? !isRequired : isRequired || tools.some((tool) => tool.name === choice)
  if (!isMet) throw invalid(name)
}

const shownCall = ({ id, ...called }: ToolCall) => ({
  ...(id === '' ? {} : { id }),
  function: {
    name: called.name,
    ...(called.arguments === '' ? {} : { arguments: called.arguments }),
  },
})

const invalid = (name: string) => apiFault('ERR_CONVERSATION_INVALID_PARMS', { name })
