import assert from 'node:assert/strict'
import { createFakeClock } from '../../../../src/base/fake-clock.ts'
import type { InjectedPod } from '../../../../src/control/operator/injected-pod.ts'
import { createStreamHub } from '../../../../src/control/operator/stream-hub.ts'
import { HEARTBEAT_MS } from '../../../../src/wire/operator-stream.ts'

const pod = (name: string, namespace = 'shop', appId = name): InjectedPod => ({
  uid: `uid-${name}`,
  name,
  namespace,
  appId,
  config: undefined,
  workload: undefined,
  isLeaving: false,
  finding: undefined,
})

function open() {
  const clock = createFakeClock()
  const state = { content: 1, made: 0 }
  const acknowledged: string[] = []
  const hub = createStreamHub({
    clock,
    async makeSnapshot({ appId }) {
      state.made++
      const version = `${appId}-${state.content}`
      return { version, line: `${JSON.stringify({ version })}\n`, revisions: new Map() }
    },
    onAcknowledged: (session) =>
      acknowledged.push(`${session.pod.name} ${session.acknowledged()?.snapshot.version}`),
    onSize: () => undefined,
    onSent: () => undefined,
  })
  function sink(hasRoom = true) {
    const lines: string[] = []
    let isEnded = false
    return {
      lines,
      isEnded: () => isEnded,
      write(line: string) {
        lines.push(line)
        return hasRoom
      },
      end() {
        isEnded = true
      },
    }
  }
  /** Everything that was asked for is done. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve()
  }
  const versions = (lines: readonly string[]) =>
    lines.filter((line) => line !== '\n').map((line) => JSON.parse(line).version)
  return { clock, state, hub, sink, settle, versions, acknowledged }
}

describe('createStreamHub', () => {
  test('sends what there is, and what changes in the namespace, each once', async () => {
    const { hub, sink, settle, clock, state, versions } = open()
    const [here, there] = [sink(), sink()]
    hub.open(pod('a'), here)
    hub.open(pod('b', 'elsewhere'), there)
    await settle()
    state.content = 2
    hub.changed('shop')
    hub.changed('shop')
    clock.advance(50)
    await settle()
    hub.changed('shop')
    clock.advance(50)
    await settle()
    assert.deepEqual(versions(here.lines), ['a-1', 'a-2'])
    assert.deepEqual(versions(there.lines), ['b-1'])
  })

  test('makes one snapshot for all sidecars of an app', async () => {
    const { hub, sink, settle, clock, state } = open()
    for (const name of ['a1', 'a2', 'a3']) hub.open(pod(name, 'shop', 'a'), sink())
    await settle()
    state.made = 0
    state.content = 2
    hub.changed(undefined)
    clock.advance(50)
    await settle()
    assert.equal(state.made, 1)
  })

  test('keeps only the newest for who is slow', async () => {
    const { hub, sink, settle, clock, state, versions } = open()
    const slow = sink(false)
    const session = hub.open(pod('a'), slow)
    await settle()
    for (const content of [2, 3, 4]) {
      state.content = content
      hub.changed('shop')
      clock.advance(50)
      await settle()
    }
    session.drained()
    assert.deepEqual(versions(slow.lines), ['a-1', 'a-4'])
  })

  test('knows what a sidecar has acknowledged, and passes over nonsense', async () => {
    const { hub, sink, settle, acknowledged } = open()
    const session = hub.open(pod('a'), sink())
    await settle()
    const say = (said: object) => session.receive(`${JSON.stringify(said)}\n`)
    session.receive('no json\n')
    // A later sidecar may say more, and in other words.
    say({ type: 'load', requests: 3 })
    say({ type: 'hello', version: '9.0.0', speaks: ['json', 'cbor'] })
    say({ type: 'acknowledgement', version: 'never sent', rejected: [] })
    say({ type: 'acknowledgement', version: 'a-1', rejected: 'all' })
    assert.deepEqual(acknowledged, [])
    say({ type: 'acknowledgement', version: 'a-1', rejected: [], more: 'of a later version' })
    assert.deepEqual(acknowledged, ['a a-1'])
  })

  test('ends the stream of one that says too much without an end', async () => {
    const { hub, sink, settle } = open()
    const flooding = sink()
    const session = hub.open(pod('a'), flooding)
    await settle()
    session.receive('x'.repeat(1024 * 1024 + 1))
    assert.equal(flooding.isEnded(), true)
  })

  test('has the newer stream of a pod that came twice', async () => {
    const { hub, sink, settle } = open()
    const first = sink()
    const older = hub.open(pod('a'), first)
    const newer = hub.open(pod('a'), sink())
    await settle()
    assert.equal(first.isEnded(), true)
    hub.close(older)
    assert.equal(hub.sessionOf('uid-a'), newer)
  })

  test('beats while a sidecar is heard of, and ends the stream of one that is silent', async () => {
    const { hub, sink, settle, clock } = open()
    const [lively, silent] = [sink(), sink()]
    const session = hub.open(pod('a'), lively)
    hub.open(pod('b'), silent)
    await settle()
    for (let i = 0; i < 4; i++) {
      session.receive('\n')
      clock.advance(HEARTBEAT_MS)
    }
    assert.equal(lively.isEnded(), false)
    assert.ok(lively.lines.filter((line) => line === '\n').length >= 3)
    assert.equal(silent.isEnded(), true)
    await hub[Symbol.asyncDispose]()
    assert.equal(lively.isEnded(), true)
  })
})
