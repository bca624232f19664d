import assert from 'node:assert/strict'
import { createSystemClock } from '../../../../src/base/clock.ts'
import { createLogger, formatLogfmt } from '../../../../src/base/logger.ts'
import { startOperatorLink } from '../../../../src/sidecar/cluster/operator-link.ts'
import { MAX_LINE_BYTES } from '../../../../src/wire/operator-stream.ts'
import { eventually } from '../../../support/eventually.ts'
import {
  type OperatorBehaviour,
  sendLines,
  startStandInOperator,
} from '../../../support/stand-in-operator.ts'

const clock = createSystemClock()

const snapshot = (version: string): string =>
  `${JSON.stringify({ type: 'snapshot', version, resources: [], secrets: {}, trustAnchors: '' })}\n`

async function open(behaviours: readonly OperatorBehaviour[], trusts = true) {
  const operator = await startStandInOperator(behaviours)
  const lines: string[] = []
  const taken: string[] = []
  const link = startOperatorLink({
    address: operator.address,
    trustAnchors: trusts ? operator.trustAnchors : operator.otherAnchors,
    readToken: async () => 'the-token\n',
    version: '1',
    async onSnapshot({ version }) {
      taken.push(version)
      link.acknowledge(version, [])
    },
    onState: () => undefined,
    clock,
    random: () => 0,
    log: createLogger({
      level: 'debug',
      format: formatLogfmt,
      fields: {},
      write: (line) => lines.push(line),
      nowUs: clock.nowUs,
    }),
  })
  return {
    heard: operator.heard,
    lines,
    taken,
    streams: operator.streams,
    async [Symbol.asyncDispose]() {
      await link[Symbol.asyncDispose]()
      await operator[Symbol.asyncDispose]()
    },
  }
}

describe('startOperatorLink', () => {
  test('takes each snapshot and says so', async () => {
    await using opened = await open([
      sendLines(snapshot('a'), '\n', '{"type":"later"}\n', snapshot('b')),
    ])
    await eventually(() => opened.heard.join('').includes('"version":"b","rejected":[]'))
    assert.equal(opened.taken.at(-1), 'b')
  })

  test('does not take again what is in force, and says again that it is', async () => {
    await using opened = await open([
      (res, whenAcknowledged) => {
        whenAcknowledged(() => res.end())
        sendLines(snapshot('a'))(res, whenAcknowledged)
      },
      sendLines(snapshot('a')),
    ])
    await eventually(() => opened.streams() === 2)
    await eventually(() => opened.heard.join('').split('"acknowledgement"').length === 3)
    assert.deepEqual(opened.taken, ['a'])
  })

  test('comes back after nonsense and after a refusal, whose words it logs without the token', async () => {
    await using opened = await open([
      sendLines('no json\n'),
      (res) => res.writeHead(401).end('{"message":"the token is not valid"}'),
      sendLines(snapshot('a')),
    ])
    await eventually(() => opened.taken.length === 1)
    const log = opened.lines.join('\n')
    assert.match(log, /not understood/)
    assert.match(log, /401 the token is not valid/)
    assert.doesNotMatch(log, /the-token/)
  })

  test('ends the stream of one that says too much without an end', async () => {
    await using opened = await open([
      sendLines('x'.repeat(MAX_LINE_BYTES + 1)),
      sendLines(snapshot('a')),
    ])
    await eventually(() => opened.taken.length === 1)
    assert.match(opened.lines.join('\n'), /a line of more than 16777216 bytes/)
  })

  test('gives its token to nobody whose certificate it does not trust', async () => {
    await using opened = await open([sendLines(snapshot('a'))], false)
    await eventually(() => opened.lines.some((line) => line.includes('no operator at')))
    assert.equal(opened.streams(), 0)
    assert.deepEqual(opened.taken, [])
  })
})
