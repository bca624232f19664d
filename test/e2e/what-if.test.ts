import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createRegistrationDirectory,
  createSender,
  type Registration,
} from '../../src/net/index.ts'
import { complement } from '../../src/wire/ot-tracestate.ts'
import { REPORT_PATH, type SidecarReport } from '../../src/wire/sidecar-report.ts'
import type { WhatIfAnswer } from '../../src/wire/what-if.ts'
import { eventually } from '../support/eventually.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { spawnCli } from '../support/spawn-cli.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, type TestSidecar, tracing } from '../support/test-sidecars.ts'
import { startBackend } from './backend-fixture.ts'

async function ask(url: string, yaml: string, query = '') {
  const response = await fetch(`${url}/sidelight/api/v1/what-if${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/yaml' },
    body: yaml,
  })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

/** A backend that finds the sidecars of a home. */
async function startSeeingBackend(home: string) {
  const sender = createSender({ userAgent: 'sidelight/test' })
  const backend = await startBackend(
    {},
    { sidecars: { registrations: createRegistrationDirectory(home, () => true), sender } },
  )
  return {
    url: backend.url,
    getJson: backend.getJson,
    whatIf: async (yaml: string, query = ''): Promise<WhatIfAnswer> => {
      const { status, body } = await ask(backend.url, yaml, query)
      assert.equal(status, 200, JSON.stringify(body))
      return body
    },
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]()
      await sender.close()
    },
  }
}

const traceCount = async (backend: { getJson(path: string): Promise<unknown> }, limit = 9_999) =>
  ((await backend.getJson(`/api/v2/traces?limit=${limit}`)) as unknown[]).length

/** On the port for peers, where asking makes no trace. */
const reportOf = async ({ internalPort }: TestSidecar): Promise<SidecarReport> =>
  JSON.parse(await (await fetch(`http://127.0.0.1:${internalPort}${REPORT_PATH}`)).text())

/** Rules that leave less than all, for what `play` calls. */
const fewer = (endpoint: string, parent: string): string =>
  tracing({
    rate: '0.3',
    endpoint,
    extra: `sampling: { parent: ${parent}, rules: [{ name: orders, match: { target: App, path: "/Orders/{id}" }, rate: "0.6" }, { name: no-posts, match: { api: invoke, method: POST }, rate: "0" }] }`,
  })

const PATHS = ['/Orders/7', '/orders/7', '/status/500', '/a%20b//c']
const CALLS = 120

/** Calls of several operations; gives their trace ids. */
async function play(
  port: number,
  headersOf: (i: number) => readonly string[] = () => [],
): Promise<string[]> {
  const traceIds: string[] = []
  for (let i = 0; i < CALLS; i++) {
    const target = `/v1.0/invoke/App/method${PATHS[i % PATHS.length]}`
    const answer = await send(port, i % 5 === 0 ? 'POST' : 'GET', target, headersOf(i))
    traceIds.push(answer.header('traceparent')?.split('-')[1] ?? '')
  }
  return traceIds
}

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

describe('what if', () => {
  test('says exactly what the same traces would have been, where the policy is a subset', async () => {
    await using app = await startTestApp()
    await using before = await startSidecars()
    await using backend = await startSeeingBackend(before.home)
    const endpoint = `${backend.url}/api/v2/spans`
    await before.configure(tracing({ rate: '1', endpoint, extra: 'sampling: {}' }))
    const recorder = await before.start('App', { appPort: app.port })
    const traceIds = await play(recorder.port)
    await eventually(async () => (await traceCount(backend)) === CALLS)
    const answer = await backend.whatIf(fewer(endpoint, 'follow'))
    assert.deepEqual([answer.exact, answer.notes], [true, []])
    assert.equal(answer.today.traces.value, CALLS)

    // The same traces, now for real: as calls that nobody has sampled, with the R that their roots had.
    await using receiver = await startSpanReceiver()
    await using after = await startSidecars(fewer(receiver.url, 'raise'))
    const runner = await after.start('App', { appPort: app.port })
    const again = await play(runner.port, (i) => {
      const traceId = traceIds[i] ?? ''
      return [
        `traceparent: 00-${traceId}-00f067aa0ba902b7-00`,
        `tracestate: ot=rv:${complement(traceId.slice(16, 30))}`,
      ]
    })
    assert.deepEqual(again, traceIds)
    const { decisions } = await reportOf(runner)
    const sampled = Object.values(decisions).reduce((sum, each) => sum + each.sampled, 0)
    assert.deepEqual(answer.next.traces, { value: sampled, plusMinus: 0, isEstimate: false })
    for (const rule of ['orders', 'no-posts', 'rate'])
      assert.equal(
        answer.rules.find((each) => each.rule === rule)?.next.value,
        decisions[rule]?.sampled,
        rule,
      )
    await receiver.waitFor(({ spans }) => spans.length === sampled)
    const failed = receiver.spans.filter(({ tags }) => tags?.error?.startsWith('Code(5'))
    const { kept = 0, of } = answer.next.errors
    assert.equal(Math.round(kept * of.value), failed.length)
  })

  test('reads the same operations back from two hops as the sampler saw', async () => {
    await using sidecars = await startSidecars()
    await using backend = await startSeeingBackend(sidecars.home)
    const spans = `${backend.url}/api/v2/spans`
    await sidecars.configure(tracing({ rate: '1', endpoint: spans, extra: 'sampling: {}' }))
    await using app = await startTestApp()
    await sidecars.start('callee', { appPort: app.port })
    const caller = await sidecars.start('caller')
    const calls: (readonly [method: string, path: string, header?: string])[] = [
      ['GET', '/v1.0/invoke/callee/method/items/42'],
      ['PUT', '/items/42/lines', 'dapr-app-id: callee'],
      ['GET', '/v1.0/metadata'],
      ['GET', '/v1.0/invoke/nobody/method/x'],
      ['GET', '/nonsense'],
    ]
    for (const [method, path, header] of calls)
      await send(caller.port, method, path, header === undefined ? [] : [header])
    await eventually(async () => (await traceCount(backend)) === calls.length)
    const { operations } = (await reportOf(caller)).sampling
    const rules = operations.map(
      ({ operation }, i) =>
        `{ name: r${i}, match: ${JSON.stringify(operation)}, rate: "${i / 100}" }`,
    )
    const answer = await backend.whatIf(
      tracing({ rate: '0', extra: `sampling: { rules: [${rules.join(', ')}] }` }),
    )
    for (const [i, { sampled }] of operations.entries())
      assert.equal(
        answer.rules.find(({ rule }) => rule === `r${i}`)?.restsOn,
        sampled,
        JSON.stringify(operations[i]),
      )
  })

  test('estimates from thresholds what was seldom recorded, and from counters what never was', async () => {
    await using sidecars = await startSidecars()
    await using backend = await startSeeingBackend(sidecars.home)
    const endpoint = `${backend.url}/api/v2/spans`
    await sidecars.configure(
      tracing({
        rate: '0.5',
        endpoint,
        extra: 'sampling: { rules: [{ name: quiet, match: { path: /quiet }, rate: "0" }] }',
      }),
    )
    await using app = await startTestApp()
    const a = await sidecars.start('a', { appPort: app.port })
    for (let i = 0; i < 200; i++) await send(a.port, 'GET', '/v1.0/invoke/a/method/loud')
    for (let i = 0; i < 30; i++) await send(a.port, 'GET', '/v1.0/invoke/a/method/quiet')
    const { decisions } = await reportOf(a)
    const recorded = decisions.rate?.sampled ?? 0
    await eventually(async () => (await traceCount(backend)) >= recorded)
    const answer = await backend.whatIf(tracing({ rate: '1', endpoint, extra: 'sampling: {}' }))
    const { value, plusMinus, isEstimate } = answer.next.traces
    assert.ok(isEstimate)
    assert.deepEqual(
      answer.notes.map(({ code }) => code),
      ['ESTIMATE', 'COUNTERS_ONLY'],
    )
    assert.ok(Math.abs(value - 230) <= 2 * plusMinus, `${value} ± ${plusMinus}`)
    assert.match(answer.notes[0]?.text ?? '', /^estimate from \d+ recorded traces/)
  })

  test('refuses a bad Configuration with all of its problems, and a bad window', async () => {
    await using backend = await startBackend()
    const { status, body } = await ask(
      backend.url,
      tracing({ rate: '50%', extra: 'sampling: { limit: {} }' }),
      '?last=soon',
    )
    assert.equal(status, 400)
    assert.deepEqual(
      body.problems.map(({ code, path }: { code: string; path: string }) => [code, path]),
      [
        ['DURATION_INVALID', 'last'],
        ['RATE_NOT_A_NUMBER', 'spec.tracing.samplingRate'],
        ['FIELD_INVALID', 'spec.tracing.sampling.limit.perSecond'],
      ],
    )
    assert.equal((await ask(backend.url, '')).body.problems[0].code, 'NO_CONFIGURATION')
  })

  test('reads YAML only, which no page of another origin can send unasked', async () => {
    await using backend = await startBackend()
    const post = async (type: string | undefined) => {
      const answer = await fetch(`${backend.url}/sidelight/api/v1/what-if`, {
        method: 'POST',
        ...(type === undefined ? {} : { headers: { 'content-type': type } }),
        body: tracing(),
      })
      return { status: answer.status, words: await answer.text() }
    }
    for (const type of [undefined, 'text/plain', 'application/x-www-form-urlencoded', '']) {
      const { status, words } = await post(type)
      assert.deepEqual([status, /application\/yaml/.test(words)], [415, true], type)
    }
    for (const type of ['application/x-yaml', 'Application/YAML; charset=utf-8'])
      assert.equal((await post(type)).status, 200, type)
  })

  test('is worked out one at a time, and not for one who has gone', async () => {
    const asked = deferred<void>()
    const held = deferred<Registration[]>()
    const sender = createSender({ userAgent: 'sidelight/test' })
    await using backend = await startBackend(
      {},
      {
        sidecars: {
          registrations: {
            list: () => {
              asked.resolve()
              return held.promise
            },
          },
          sender,
        },
      },
    )
    const post = (signal?: AbortSignal) =>
      fetch(`${backend.url}/sidelight/api/v1/what-if`, {
        method: 'POST',
        headers: { 'content-type': 'application/yaml' },
        body: tracing(),
        ...(signal === undefined ? {} : { signal }),
      })
    const leaver = new AbortController()
    const first = post(leaver.signal).catch(() => undefined)
    await asked.promise
    const second = await post()
    assert.deepEqual([second.status, second.headers.get('retry-after')], [503, '1'])
    assert.match(await second.text(), /another what-if is being worked out/)
    leaver.abort()
    await first
    held.resolve([])
    await eventually(async () => (await post()).status === 200)
    await sender.close()
  })

  test('is asked from the command line: tables for people, JSON for programs', async function () {
    this.timeout(30_000)
    await using sidecars = await startSidecars()
    await using backend = await startSeeingBackend(sidecars.home)
    const endpoint = `${backend.url}/api/v2/spans`
    await sidecars.configure(tracing({ rate: '1', endpoint, extra: 'sampling: {}' }))
    const a = await sidecars.start('a')
    for (let i = 0; i < 10; i++) await send(a.port, 'GET', '/v1.0/metadata')
    await eventually(async () => (await traceCount(backend)) === 10)
    const file = join(sidecars.home, 'next.yaml')
    const whatIf = async (yaml: string, ...flags: readonly string[]) => {
      await writeFile(file, yaml)
      await using program = await spawnCli(['config', 'what-if', file, ...flags])
      const { code } = await program.exit
      return { code, out: program.stdout, err: program.stderr }
    }
    const flags = ['--backend', backend.url, '--last', '10m']
    const none = await whatIf(tracing({ rate: '0', extra: 'sampling: {}' }), ...flags)
    assert.deepEqual([none.code, none.err], [0, ''])
    assert.match(
      none.out,
      /^What if .*next.yaml were in force\? Exact, from 10 recorded traces of the last 10 min$/m,
    )
    assert.match(none.out, /^ {2}traces kept +10 +0 +−100 %$/m)
    assert.match(none.out, /^ {2}rate +0 % +10 +0 +10 traces$/m)
    const limited = await whatIf(
      tracing({ rate: '1', extra: 'sampling: { limit: { perSecond: 50 } }' }),
      ...flags,
      '--json',
    )
    const answer: WhatIfAnswer = JSON.parse(limited.out)
    assert.deepEqual(
      [answer.next.traces.value, answer.exact, answer.window.askedMs],
      [10, false, 600_000],
    )
    const bad = await whatIf(tracing({ rate: '2', extra: 'sampling: []' }), ...flags)
    assert.equal(bad.code, 2)
    assert.match(bad.err, /next.yaml:7 spec.tracing.samplingRate: .*RATE_ABOVE_ONE/)
    assert.match(bad.err, /next.yaml:8 spec.tracing.sampling: /)
    const closed = await whatIf(tracing(), '--backend', 'http://127.0.0.1:1')
    assert.deepEqual([closed.code, /BACKEND_UNREACHABLE/.test(closed.err)], [2, true])
    const other = await whatIf(tracing(), '--backend', a.url)
    assert.deepEqual([other.code, /is no Sidelight backend/.test(other.err)], [2, true])
  })
})
