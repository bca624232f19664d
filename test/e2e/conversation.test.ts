import assert from 'node:assert/strict'
import { component, errorOf, startBlockSidecar } from '../support/block-sidecar.ts'

async function open(components = { 'c.yaml': component('echo', 'conversation.echo') }) {
  const started = await startBlockSidecar(components)
  return {
    ...started,
    alpha1: (body: unknown, name = 'echo') =>
      started.call('POST', `/v1.0-alpha1/conversation/${name}/converse`, body),
    alpha2: (body: unknown, name = 'echo') =>
      started.call('POST', `/v1.0-alpha2/conversation/${name}/converse`, body),
  }
}

const user = (...texts: readonly string[]) => ({
  messages: [{ ofUser: { content: texts.map((text) => ({ text })) } }],
})

describe('conversation over HTTP [dapr: pkg/api/universal/conversation.go]', () => {
  test('says in the first form what was said, a line for each input', async () => {
    await using opened = await open()
    const answer = await opened.alpha1({
      contextID: 'c-1',
      inputs: [{ content: 'hello', role: 'user' }, { Content: 'there' }],
    })
    assert.equal(answer.text, '{"contextID":"c-1","outputs":[{"result":"hello\\nthere"}]}')
    assert.equal(answer.status, 200)
  })

  test('says in the second form what was said, whoever said it', async () => {
    await using opened = await open()
    const content = (text: string) => ({ content: [{ text }] })
    const answer = await opened.alpha2({
      context_id: 'c-2',
      inputs: [
        { messages: [{ ofDeveloper: content('a') }, { of_system: content('b') }] },
        { messages: [{ ofUser: content('c') }, { ofAssistant: content('d') }] },
        { messages: [{ ofTool: { toolId: '7', name: 'sum', ...content('e') } }] },
      ],
    })
    assert.deepEqual(JSON.parse(answer.text), {
      contextId: 'c-2',
      outputs: [
        {
          choices: [
            {
              finishReason: 'stop',
              message: { content: "a\nb\nc\nd\nTool Response for tool ID '7' with name 'sum': e" },
            },
          ],
        },
      ],
    })
  })

  test('calls every tool, and repeats the calls that it is told of', async () => {
    await using opened = await open()
    const parameters = { type: 'object', properties: { unit: {}, City: {} } }
    const call = { id: 'x', function: { name: 'old', arguments: '{}' } }
    const answer = await opened.alpha2({
      inputs: [user('hi'), { messages: [{ ofAssistant: { toolCalls: [call] } }] }],
      tools: [{ function: { name: 'weather', parameters } }],
      toolChoice: 'weather',
    })
    const [choice] = JSON.parse(answer.text).outputs[0].choices
    assert.equal(choice.finishReason, 'tool_calls')
    assert.deepEqual(choice.message.toolCalls, [
      { id: '0', function: { name: 'weather', arguments: 'City,unit' } },
      { id: 'x', function: { name: 'old', arguments: '{}' } },
    ])
  })

  test('hides what is a person’s where it is asked to, in inputs and in answers', async () => {
    await using opened = await open()
    const text =
      'I am eve@example.com, +1 555-123-4567, at 10.8.9.1, 4111 1111 1111 1111, 078-05-1120'
    const hidden = 'I am <EMAIL_ADDRESS>, <PHONE_NUMBER>, at <IP>, <CREDIT_CARD>, <SSN>'
    const results = [
      await opened.alpha1({ inputs: [{ content: text, scrubPII: true }, { content: '1 of 2' }] }),
      await opened.alpha1({ inputs: [{ content: text }, { content: '1 of 2' }], scrubPII: true }),
    ].map((answer) => JSON.parse(answer.text).outputs[0].result)
    assert.deepEqual(results, [`${hidden}\n1 of 2`, `${hidden}\n1 of 2`])
    const second = await opened.alpha2({ inputs: [{ ...user(text), scrub_pii: true }, user(text)] })
    const { content } = JSON.parse(second.text).outputs[0].choices[0].message
    assert.equal(content, `${hidden}\n${text}`)
  })

  for (const [what, body, expected] of [
    [
      'no inputs',
      { inputs: [] },
      '400 ERR_CONVERSATION_MISSING_INPUTS: failed conversing with component echo: missing inputs in request',
    ],
    [
      'no body',
      '',
      '400 ERR_CONVERSATION_MISSING_INPUTS: failed conversing with component echo: missing inputs in request',
    ],
    [
      'a message of nobody',
      { inputs: [{ messages: [{ ofNobody: {} }] }] },
      '400 ERR_CONVERSATION_INVALID_PARMS: failed conversing with component echo: invalid params',
    ],
    [
      'a tool that must be called and is not there',
      { inputs: [user('a')], toolChoice: 'required' },
      '400 ERR_CONVERSATION_INVALID_PARMS: failed conversing with component echo: invalid params',
    ],
    [
      'inputs that are no list',
      { inputs: 'PLANTED' },
      '400 ERR_MALFORMED_REQUEST: failed deserializing HTTP body: inputs is a list',
    ],
    [
      'a text that is none',
      { inputs: [{ messages: [{ ofUser: { content: [{ text: 1 }] } }] }] },
      '400 ERR_MALFORMED_REQUEST: failed deserializing HTTP body: text is a text',
    ],
  ] as const)
    test(`refuses ${what}`, async () => {
      await using opened = await open()
      assert.equal(errorOf(await opened.alpha2(body)), expected)
    })

  test('refuses a component that is not there', async () => {
    await using opened = await open()
    for (const converse of [opened.alpha1, opened.alpha2])
      assert.equal(
        errorOf(await converse({ inputs: [{ content: 'a' }] }, 'ghost')),
        '400 ERR_CONVERSATION_NOT_FOUND: failed finding conversation component ghost',
      )
  })

  test('is a span and a count, without a word of it', async () => {
    await using opened = await open()
    await opened.alpha1({ contextID: 'PLANTED', inputs: [{ content: 'PLANTED' }] })
    await opened.alpha2({ inputs: [user('PLANTED')] })
    await opened.alpha2('{"inputs": PLANTED')
    await opened.receiver.waitFor(({ spans }) => spans.length === 5)
    assert.deepEqual(opened.receiver.spans.map(({ name }) => name).sort(), [
      '/v1.0-alpha1/conversation/echo/converse',
      '/v1.0-alpha2/conversation/echo/converse',
      '/v1.0-alpha2/conversation/echo/converse',
      'converse echo',
      'converse echo',
    ])
    const outputs = await opened.outputs()
    assert.ok(
      outputs.metrics?.includes(
        'dapr_component_conversation_count{app_id="shop",component="echo",namespace="default",success="true"} 2',
      ),
    )
    for (const [place, text] of Object.entries(outputs)) assert.doesNotMatch(text, /PLANTED/, place)
  })
})
