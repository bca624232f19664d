import assert from 'node:assert/strict'
import type { Exchange, Outcome, Reply, Run, Step } from '../../../src/net/index.ts'
import { finishSteps, runSteps } from '../../../src/net/step.ts'

interface Logged extends Exchange {
  readonly log: string[]
}

const begin = (): Logged => ({
  request: {
    method: 'GET',
    target: '/',
    path: '/',
    query: '',
    headers: [],
    body: undefined,
    contentLength: 0,
    remoteAddress: '127.0.0.1',
    remotePort: 1,
  },
  onClientGone: undefined,
  log: [],
})
const reply = (status: number): Reply => ({ status, headers: [] })
const OUTCOME: Outcome = { status: 200, responseBytes: 0, aborted: false, broken: false }

/** A step that writes down what happens to it. */
const step = (name: string, more: Partial<Step<Logged>> = {}): Step<Logged> => ({
  name,
  enter(x) {
    x.log.push(`enter ${name}`)
    return undefined
  },
  leave(x, { status }) {
    x.log.push(`leave ${name} ${status}`)
    return undefined
  },
  done: (x) => void x.log.push(`done ${name}`),
  ...more,
})
const answering = (name: string, status: number): Step<Logged> =>
  step(name, {
    enter(x) {
      x.log.push(`enter ${name}`)
      return reply(status)
    },
  })
const throwing = (name: string, error: unknown): Step<Logged> =>
  step(name, {
    enter(x) {
      x.log.push(`enter ${name}`)
      throw error
    },
  })
const rescuing = (name: string, status: number): Step<Logged> =>
  step(name, {
    rescue(x, error) {
      x.log.push(`rescue ${name} ${error instanceof Error ? error.message : String(error)}`)
      return reply(status)
    },
  })

async function run(steps: readonly Step<Logged>[]) {
  const x = begin()
  const result: Run = await runSteps(steps, x)
  finishSteps(steps, x, result.entered, OUTCOME)
  return { status: result.reply.status, entered: result.entered, log: x.log }
}

describe('runSteps', () => {
  test('enters in order, leaves in reverse, is done in order', async () => {
    const { log, entered } = await run([step('a'), step('b'), answering('c', 200)])
    assert.equal(entered, 3)
    assert.deepEqual(log, [
      ...['enter a', 'enter b', 'enter c'],
      ...['leave c 200', 'leave b 200', 'leave a 200'],
      ...['done a', 'done b', 'done c'],
    ])
  })

  test('leaves an early reply only through the steps it has entered', async () => {
    const { log, entered } = await run([step('a'), answering('b', 403), step('c')])
    assert.equal(entered, 2)
    assert.deepEqual(log, [
      ...['enter a', 'enter b', 'leave b 403', 'leave a 403', 'done a', 'done b'],
    ])
  })

  test('asks nothing of a step that has no hooks', async () => {
    const { status, entered } = await run([{ name: 'nothing' }, answering('a', 200)])
    assert.deepEqual([status, entered], [200, 2])
  })

  test('stays synchronous while every step does', () => {
    const result = runSteps([step('a'), answering('b', 200)], begin())
    assert.ok(!(result instanceof Promise))
    assert.equal(result.reply.status, 200)
  })

  test('stays synchronous through a rescue', () => {
    const result = runSteps([rescuing('a', 500), throwing('b', new Error('x'))], begin())
    assert.ok(!(result instanceof Promise))
  })

  test('goes on after a step that waits', async () => {
    const waiting = step('b', { enter: async () => undefined })
    const { status, log } = await run([step('a'), waiting, answering('c', 200)])
    assert.equal(status, 200)
    assert.deepEqual(log.slice(0, 3), ['enter a', 'enter c', 'leave c 200'])
  })

  test('takes the reply of a step that waits', async () => {
    const waiting = step('b', { enter: async () => reply(204) })
    const { status, entered } = await run([step('a'), waiting, step('c')])
    assert.deepEqual([status, entered], [204, 2])
  })

  test('lets leave replace the head, and the steps above see the new one', async () => {
    const replacing = step('b', { leave: (_, old) => ({ ...old, status: old.status + 1 }) })
    const { status, log } = await run([step('a'), replacing, answering('c', 200)])
    assert.equal(status, 201)
    assert.ok(log.includes('leave a 201'))
  })

  test('gives a thrown error to the nearest rescue above it', async () => {
    const { status, log } = await run([
      rescuing('outer', 599),
      rescuing('inner', 500),
      step('a'),
      throwing('b', new Error('broken')),
      step('never'),
    ])
    assert.equal(status, 500)
    assert.deepEqual(log, [
      ...['enter outer', 'enter inner', 'enter a', 'enter b', 'rescue inner broken'],
      ...['leave b 500', 'leave a 500', 'leave inner 500', 'leave outer 500'],
      ...['done outer', 'done inner', 'done a', 'done b'],
    ])
  })

  test('rescues what a step rejects with, and what is thrown after a wait', async () => {
    const rejecting = step('a', { enter: () => Promise.reject(new Error('later')) })
    assert.equal((await run([rescuing('r', 500), rejecting])).status, 500)
    const waiting = step('a', { enter: async () => undefined })
    const afterwards = await run([rescuing('r', 500), waiting, throwing('b', new Error('x'))])
    assert.deepEqual([afterwards.status, afterwards.entered], [500, 3])
  })

  test('lets a step rescue itself', async () => {
    const both = { ...throwing('a', new Error('own')), rescue: () => reply(418) }
    assert.equal((await run([both])).status, 418)
  })

  test('rescues what is no Error', async () => {
    assert.equal((await run([rescuing('r', 500), throwing('a', undefined)])).status, 500)
  })

  test('throws what nobody rescues', async () => {
    const bug = new Error('bug')
    assert.throws(() => runSteps([step('a'), throwing('b', bug)], begin()), bug)
    const later = step('a', { enter: () => Promise.reject(bug) })
    await assert.rejects(async () => runSteps([later], begin()), bug)
  })

  test('calls it a bug when no step answers', () => {
    assert.throws(() => runSteps([step('a')], begin()), /no step answered/)
    assert.throws(() => runSteps([], begin()), /no step answered/)
  })
})
