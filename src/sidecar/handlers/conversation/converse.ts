import { messageOf } from '../../../base/fault.ts'
import type {
  ConversationAnswer,
  ConversationRequest,
} from '../../../components/conversation/index.ts'
import { apiFault, readBody } from '../../../net/index.ts'
import type { Handler } from '../../exchange.ts'
import { type BlockParts, hostedOf } from '../block-parts.ts'
import { jsonReply } from '../replies.ts'
import { decodeParam, parseJson } from '../request-parts.ts'
import { flagOf, listOf, type ProtoFields, protoFields, textOf } from './proto-fields.ts'
import { scrubPii } from './scrub-pii.ts'

/** What tells the versions of the API apart. */
export interface ConversationForm {
  /** @throws Fault `ERR_MALFORMED_REQUEST`, `ERR_CONVERSATION_INVALID_PARMS` */
  read(fields: ProtoFields, name: string): ConversationRequest
  write(answer: ConversationAnswer, contextId: string): unknown
}

/**
 * `POST /v1.0-alpha…/conversation/{name}/converse`.
 *
 * @see dapr `pkg/api/universal/conversation.go`
 */
export const converse =
  (parts: BlockParts, form: ConversationForm): Handler =>
  async (x) => {
    const body = Buffer.from(await readBody(x.request, parts.maxBodyBytes)).toString()
    const fields = protoFields(body === '' ? {} : parseJson(body), 'the body')
    const { component, block } = hostedOf(parts, 'conversation', decodeParam(x.params.name), {
      none: 'ERR_CONVERSATION_NOT_FOUND',
      unknown: 'ERR_CONVERSATION_NOT_FOUND',
    })
    const { name } = component
    if (listOf(fields.inputs, 'inputs').length === 0)
      throw apiFault('ERR_CONVERSATION_MISSING_INPUTS', { name })
    const request = form.read(fields, name)
    const answer = await parts.calls
      .run(x.span, component, 'converse', () => block.converse(request))
      .catch((error) => {
        throw apiFault('ERR_CONVERSATION_INVOKE', { name, reason: messageOf(error) }, error)
      })
    const text = flagOf(fields.scrubpii, 'scrubPII') ? scrubPii(answer.text) : answer.text
    return jsonReply(form.write({ ...answer, text }, textOf(fields.contextid, 'contextID')))
  }
