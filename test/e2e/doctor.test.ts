import assert from 'node:assert/strict'
import { rename, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { EndpointFacts, Finding, SidecarStatus } from '../../src/wire/diagnosis.ts'
import { REPORT_PATH } from '../../src/wire/sidecar-report.ts'
import { startProgram } from '../support/child-program.ts'
import { eventually } from '../support/eventually.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { spawnCli } from '../support/spawn-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { startTestApp } from '../support/test-app.ts'
import {
  type Sidecars,
  send,
  startSidecars,
  type TestSidecar,
  tracing,
} from '../support/test-sidecars.ts'
import { startBackend } from './backend-fixture.ts'

const CALLING_APP = fileURLToPath(new URL('../support/calling-app.mjs', import.meta.url))
/** Where nobody listens: reserved, and never given out by the system. */
const NOBODY = 'http://127.0.0.1:1/api/v2/spans'
const UNSAMPLED = 'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00'

async function doctor({ home }: Pick<Sidecars, 'home'>, ...args: readonly string[]) {
  await using program = await spawnCli(['doctor', ...args], { env: { SIDELIGHT_HOME: home } })
  const { code } = await program.exit
  return { code, text: program.stdout, stderr: program.stderr }
}

interface Seen {
  readonly healthy: boolean
  readonly findings: readonly Finding[]
  readonly sidecars: readonly {
    readonly appId: string
    readonly healthy: boolean
    readonly findings: readonly Finding[]
  }[]
  readonly endpoints: readonly EndpointFacts[]
  readonly statuses: readonly SidecarStatus[]
}

const doctorJson = async (sidecars: Sidecars, ...args: readonly string[]): Promise<Seen> =>
  JSON.parse((await doctor(sidecars, '--json', ...args)).text)

const invoke = (sidecar: TestSidecar, path: string, headers: readonly string[] = []) =>
  send(sidecar.port, 'GET', `/v1.0/invoke/orders/method${path}`, headers)

const reportOf = async (sidecar: TestSidecar) => (await sidecar.metadata()).sidelight

/** One sidecar, `orders`, that has an app unless told otherwise, after `requests`. */
async function withOrders(
  configuration: string,
  look: (parts: { readonly sidecars: Sidecars; readonly orders: TestSidecar }) => Promise<void>,
  options: Parameters<Sidecars['start']>[1] = {},
): Promise<void> {
  await using app = await startTestApp()
  await using sidecars = await startSidecars(configuration)
  const orders = await sidecars.start('orders', { appPort: app.port, ...options })
  await look({ sidecars, orders })
}

describe('sidelight doctor', function () {
  this.timeout(30_000)

  test('finds nothing wrong where traces arrive, and says where they go', async () => {
    await using receiver = await startSpanReceiver()
    await withOrders(tracing({ endpoint: receiver.url }), async ({ sidecars, orders }) => {
      await invoke(orders, '/a')
      await eventually(async () => (await reportOf(orders)).exporters[0]?.exported)
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 0, text)
      assert.match(text, /^✔ orders \(process \d+\)$/m)
      assert.match(text, /Configuration {2}\S+config\.yaml: generation 1, in force for /)
      assert.match(text, /In force {7}new traces kept: all \(\S+config\.yaml:7\)/)
      assert.match(text, /· traces go to zipkin http:\S+: \d+ spans? sent, the last .+ ago/)
      assert.match(
        text,
        /^1 sidecar: nothing is wrong with configuration, components and tracing$/m,
      )
      assert.ok(!text.includes('\u001b'), 'no colors outside a terminal')
      const posts = receiver.posts.filter(({ body }) => body === '[]')
      assert.equal(posts.length, 1, 'the receiver was asked once')
    })
  })

  test('says that no sidecar is there, or none of that name, and who is meant', async () => {
    await using sidecars = await startSidecars()
    const nobody = await doctor(sidecars)
    assert.equal(nobody.code, 1)
    assert.match(
      nobody.text,
      /✘ no sidecar is registered on this machine\n +→ start one: sidelight/,
    )
    await sidecars.start('orders')
    await sidecars.start('checkout')
    const typo = await doctor(sidecars, 'chekout')
    assert.equal(typo.code, 1)
    assert.match(typo.text, /registered: checkout, orders\n +→ did you mean checkout\?/)
    assert.match((await doctor(sidecars, 'orders')).text, /orders(?![\s\S]*checkout)/)
  })

  test('exits 2 when it is used wrongly', async () => {
    for (const args of [['a', 'b'], ['--jsn']]) {
      const { code, text, stderr } = await doctor({ home: '/nowhere' }, ...args)
      assert.deepEqual([code, text], [2, ''])
      assert.match(stderr, /^error: /)
    }
    const file = await doctor({ home: '/dev/null' })
    assert.equal(file.code, 2)
    assert.match(
      file.stderr,
      /^error: cannot read the registrations in \/dev\/null: .*SIDELIGHT_HOME/,
    )
  })

  test('names a sidecar that does not answer', async () => {
    await using sidecars = await startSidecars()
    const { registrations } = sidecars
    const entry = {
      appId: 'ghost',
      namespace: 'default',
      pid: process.pid,
      host: '127.0.0.1',
      internalPort: 1,
      httpPort: 1,
      metricsPort: 0,
      appPort: 0,
      startedUs: 1,
    }
    await registrations.register(entry)
    const { code, text } = await doctor(sidecars)
    assert.equal(code, 1)
    assert.match(text, /✘ its sidecar does not answer: .*ECONNREFUSED/)
    assert.match(text, /asked at 127\.0\.0\.1:1\n/)
  })

  test('misses a Configuration, and a tracing section', async () => {
    const empty = 'kind: Configuration\nspec: {}\n'
    await withOrders(empty, async ({ sidecars }) => {
      await sidecars.start('bare', { configFiles: [] })
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 1)
      assert.match(text, /orders[\s\S]*✘ the Configuration has no tracing section/)
      assert.match(text, /bare[\s\S]*✘ no Configuration is given, so nothing is traced/)
    })
  })

  test('shows why the last change was rejected, and what stays in force', async () => {
    await using receiver = await startSpanReceiver()
    await withOrders(tracing({ endpoint: receiver.url }), async ({ sidecars, orders }) => {
      await sidecars.configure(tracing({ rate: '50%', endpoint: receiver.url }))
      await eventually(async () => (await reportOf(orders)).configuration.lastReload === 'rejected')
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 1)
      assert.match(
        text,
        /✘ the last change of the Configuration was rejected; generation 1 stays in force/,
      )
      assert.match(text, /config\.yaml:7 spec\.tracing\.samplingRate: .*write "0\.5" for 50%/)
      assert.match(text, /→ mend \S+config\.yaml:7; it is read again as soon as it is saved/)
    })
  })

  test('shows a warning of the Configuration without calling it ill', async () => {
    await using receiver = await startSpanReceiver()
    const text = tracing({ endpoint: receiver.url, extra: 'stdaut: true' })
    await withOrders(text, async ({ sidecars }) => {
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 0, text)
      assert.match(text, /! the Configuration is in force, with 1 warning\n.*did you mean stdout\?/)
    })
  })

  test('shows why resources were rejected, and which component does not run', async () => {
    await using receiver = await startSpanReceiver()
    await using directory = await temporaryDirectory()
    const put = async (text: string): Promise<void> => {
      await writeFile(directory.file('draft'), text)
      await rename(directory.file('draft'), directory.file('store.yaml'))
    }
    const store = (rest: string) =>
      `apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: store }\nspec:\n  ${rest}\n`
    await put(store('type: state.in-memory'))
    await withOrders(
      tracing({ endpoint: receiver.url }),
      async ({ sidecars, orders }) => {
        const resources = async () => (await reportOf(orders)).resources
        assert.equal((await doctor(sidecars)).code, 0)

        await put(store('initTimeout: 5s'))
        await eventually(async () => (await resources()).lastReload === 'rejected')
        const rejected = await doctor(sidecars)
        assert.equal(rejected.code, 1)
        assert.match(rejected.text, /✘ the last change of the resources was rejected; those before/)
        assert.match(rejected.text, /store\.yaml:\d+ spec\.type: /)
        const isOn = 'sidelight_resources_last_reload_successful'
        assert.match(await orders.metrics(), new RegExp(`^${isOn} 0$`, 'm'))

        await put(store('type: state.nosuch'))
        await eventually(async () => (await resources()).failed.length === 1)
        const failed = await doctor(sidecars)
        assert.match(failed.text, /✘ the component store \(state\.nosuch\) runs as before its last/)
        assert.match(failed.text, /there is no driver for state\.nosuch/)
        assert.match(failed.text, /→ mend \S+store\.yaml:\d+/)
        assert.match(await orders.metrics(), new RegExp(`^${isOn} 1$`, 'm'))
        assert.match(await orders.metrics(), /^sidelight_components_failed 1$/m)

        await put(store('type: state.in-memory'))
        await eventually(async () => (await resources()).failed.length === 0)
        assert.equal((await doctor(sidecars)).code, 0)
        assert.match(await orders.metrics(), /^sidelight_components_failed 0$/m)
      },
      { flags: [`--resources-path=${directory.path}`] },
    )
  })

  test('says who has switched tracing off', () =>
    withOrders(tracing({ rate: '0', endpoint: NOBODY }), async ({ sidecars, orders }) => {
      await invoke(orders, '/a')
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 1)
      assert.match(text, /✘ tracing is off: samplingRate is 0\n/)
      assert.match(text, /set in \S+config\.yaml:7\n/)
      assert.match(text, /→ set samplingRate above 0 in \S+config\.yaml; or add sampling: \{\}/)
    }))

  test('misses an exporter, and knows a log from a console', async () => {
    await withOrders(tracing(), async ({ sidecars }) => {
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 1)
      assert.match(text, /✘ no exporter is configured: spans are made and go nowhere\n/)
      assert.match(text, /→ add zipkin\.endpointAddress: http:/)
    })
    await withOrders(tracing({ extra: 'stdout: true' }), async ({ sidecars }) => {
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 0, text)
      assert.match(text, /· spans go to the sidecar’s log only \(stdout: true\)/)
    })
  })

  test('explains a low rate and who set it', async () => {
    await using receiver = await startSpanReceiver()
    const low = tracing({ rate: '0.0000001', endpoint: receiver.url })
    await withOrders(low, async ({ sidecars, orders }) => {
      for (const path of ['/a', '/b', '/c']) await invoke(orders, path)
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 0, text)
      assert.match(
        text,
        /! samplingRate 1e-7 keeps few new traces \(1 of 10 000 000\), and none of the \d requests so far\n/,
      )
      assert.match(text, /set in \S+config\.yaml:7\n/)
      assert.match(text, /→ raise samplingRate in \S+; or for a while: sidelight tune orders=100%/)
    })
  })

  test('explains rate 0 with a sampling block: it follows callers', async () => {
    await using receiver = await startSpanReceiver()
    const follow = tracing({ rate: '0', endpoint: receiver.url, extra: 'sampling: {}' })
    await withOrders(follow, async ({ sidecars, orders }) => {
      await invoke(orders, '/a')
      const { text } = await doctor(sidecars)
      assert.match(text, /! samplingRate is 0: only requests that their caller has sampled/)
    })
  })

  test('names the rule that leaves out what was asked, and the override in force', async () => {
    await using receiver = await startSpanReceiver()
    const extra =
      'sampling: { rules: [{ name: noisy, match: { path: "/items/{id}" }, rate: "0" }], overrides: [{ name: debug, match: { path: "/x" }, rate: "1", until: 2099-01-01T00:00:00Z }] }'
    const rules = tracing({ endpoint: receiver.url, extra })
    await withOrders(rules, async ({ sidecars, orders }) => {
      await invoke(orders, '/items/7')
      const { text } = await doctor(sidecars)
      assert.match(text, /! rule noisy \(keeps none\) has left out \d requests?\n/)
      assert.match(text, /it decides about: .*path \/items\/\{id\}/)
      assert.match(text, /set in \S+config\.yaml:10\n/)
      assert.match(
        text,
        /· override debug keeps all \(path \/x\) until 2099-01-01T00:00:00Z \(\d+ days left\)\n/,
      )
    })
  })

  test('counts what a limit held back', async () => {
    await using receiver = await startSpanReceiver()
    const extra = 'sampling: { limit: { perSecond: 1 } }'
    await withOrders(tracing({ endpoint: receiver.url, extra }), async ({ sidecars, orders }) => {
      for (let i = 0; i < 10; i++) await invoke(orders, '/a')
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 0, text)
      assert.match(text, /· limit\.perSecond 1 has held back \d+ requests?\n/)
    })
  })

  test('sends the reader on to the sidecar that decided', async () => {
    await using receiver = await startSpanReceiver()
    const low = tracing({ rate: '0.0000001', endpoint: receiver.url })
    await withOrders(low, async ({ sidecars }) => {
      const caller = await sidecars.start('caller')
      await invoke(caller, '/a')
      const { text } = await doctor(sidecars)
      assert.match(
        text,
        /✔ orders[\s\S]*· callers’ sidecars had decided not to sample: 1 request, and no other came/,
      )
      assert.match(text, /✔ caller[\s\S]*! samplingRate 1e-7 keeps few new traces/)
    })
  })

  test('sees a caller’s flag that is unset', async () => {
    await using receiver = await startSpanReceiver()
    await withOrders(tracing({ endpoint: receiver.url }), async ({ sidecars, orders }) => {
      await invoke(orders, '/a', [UNSAMPLED])
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 1)
      assert.match(text, /✘ calls with a trace of their own say “not sampled”: 1 of 1\n/)
      assert.match(text, /→ sample in the caller .*sampling\.parent: raise/)
    })
  })

  test('has no torn trace to tell of when the app is started with carry', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const caller = await sidecars.start('caller')
    const codesOf = async (appId: string, args: readonly string[]) => {
      await using app = await startProgram(process.execPath, [...args, CALLING_APP])
      const [, appPort] = await app.waitForLine(/^ports (\d+)/m)
      const { port } = await sidecars.start(appId, { appPort: Number(appPort) })
      const to = `http://localhost:${port}/v1.0/invoke/caller/method/leaf`
      await send(caller.port, 'GET', `/v1.0/invoke/${appId}/method/fetch?to=${to}`)
      const { sidecars: found } = await doctorJson(sidecars, appId)
      return found[0]?.findings.map(({ code }) => code) ?? []
    }
    assert.ok((await codesOf('without', [])).includes('CONTEXT_LOST'))
    assert.ok(!(await codesOf('with', ['--import', 'sidelight/carry'])).includes('CONTEXT_LOST'))
  })

  test('names the app that received context and called on without it', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    let own: TestSidecar | undefined
    await using app = await startTestApp({
      handler: async (request, response) => {
        const { traceparent = '' } = request.headers
        const headers = request.url === '/good' ? [`traceparent: ${traceparent}`] : []
        // Nobody has an app there; that it was called is what counts.
        if (own !== undefined)
          await send(own.port, 'GET', '/v1.0/invoke/caller/method/leaf', headers)
        response.end()
      },
    })
    own = await sidecars.start('orders', { appPort: app.port })
    const caller = await sidecars.start('caller')
    await invoke(caller, '/good')
    const before = await doctorJson(sidecars, 'orders')
    const codes = before.sidecars[0]?.findings.map(({ code }) => code) ?? []
    assert.ok(!codes.includes('CONTEXT_LOST'), 'an app that carries the context is left alone')
    await invoke(caller, '/bad')
    const { code, text } = await doctor(sidecars)
    assert.equal(code, 1)
    assert.match(
      text,
      /✘ orders received a trace context and called on without it: 1 time\n +last: GET \/v1\.0\/invoke\/caller\/method\/leaf, /,
    )
    assert.match(text, /→ start a Node app with node --import sidelight\/carry; /)
    assert.match(text, /something is wrong with orders$/m)
  })

  test('gives the exporter’s exact error and its cure', async () => {
    await withOrders(tracing({ endpoint: NOBODY }), async ({ sidecars, orders }) => {
      const idle = await doctor(sidecars)
      assert.equal(idle.code, 1)
      assert.match(idle.text, /✘ zipkin \S+ cannot be reached from here: .*ECONNREFUSED/)
      await invoke(orders, '/a')
      await eventually(async () => (await reportOf(orders)).exporters[0]?.up === false)
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 1)
      assert.match(
        text,
        /✘ zipkin http:\/\/127\.0\.0\.1:1\/api\/v2\/spans takes no spans: connect ECONNREFUSED 127\.0\.0\.1:1\n/,
      )
      assert.match(text, /it has never taken a span; last tried .*; from here it cannot be reached/)
      assert.match(text, /→ nobody listens there: start the receiver.*\(\S+config\.yaml:9\)/)
    })
  })

  test('asks an OTLP receiver for a connection', async () => {
    const otel = 'otel: { endpointAddress: "127.0.0.1:1", protocol: grpc, isSecure: false }'
    await withOrders(tracing({ extra: otel }), async ({ sidecars }) => {
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 1)
      assert.match(text, /✘ otlp 127\.0\.0\.1:1 cannot be reached from here: nobody listens on/)
    })
    await using receiver = await startSpanReceiver()
    await withOrders(tracing({ extra: otel.replace(':1"', `:${receiver.port}"`) }), async (parts) =>
      assert.match((await doctor(parts.sidecars)).text, /nothing was sent yet; it answers$/m),
    )
  })

  test('counts spans that a receiver refused, with its answer', async () => {
    await using receiver = await startSpanReceiver({ kind: 'status', status: 404 })
    await withOrders(tracing({ endpoint: receiver.url }), async ({ sidecars, orders }) => {
      const idle = await doctor(sidecars)
      assert.match(
        idle.text,
        /✘ zipkin \S+ refuses an empty list of spans: the receiver answered 404/,
      )
      await invoke(orders, '/a')
      await eventually(async () => (await reportOf(orders)).exporters[0]?.dropped.refused)
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 1)
      assert.match(text, /takes no spans: the receiver answered 404\n/)
      assert.match(text, /→ correct the path: Zipkin’s is \/api\/v2\/spans/)
      assert.match(text, /! zipkin has dropped \d spans? \(refused\)/)
    })
  })

  test('counts spans that found the queue full', async () => {
    await using receiver = await startSpanReceiver({ kind: 'black-hole' })
    const env = { OTEL_BSP_MAX_QUEUE_SIZE: '1', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1' }
    await withOrders(
      tracing({ endpoint: receiver.url }),
      async ({ sidecars, orders }) => {
        for (let i = 0; i < 6; i++) await invoke(orders, '/a')
        await eventually(async () => (await reportOf(orders)).exporters[0]?.dropped.queue_full)
        const { text } = await doctor(sidecars)
        assert.match(text, /! zipkin has dropped \d+ spans? \(queue_full\): the queue was full/)
        assert.match(text, /→ raise OTEL_BSP_MAX_QUEUE_SIZE, lower the rate/)
      },
      { env },
    )
  })

  test('measures a clock that is wrong, and says to which side', async () => {
    await using receiver = await startSpanReceiver()
    await withOrders(tracing({ endpoint: receiver.url }), async ({ sidecars, orders }) => {
      const skews = { fast: 3_600_000_000, slow: -5_000_000 }
      for (const [appId, skewUs] of Object.entries(skews)) {
        const app = await startTestApp({
          handler: async (request, response) => {
            assert.equal(request.url, REPORT_PATH)
            const report = await reportOf(orders)
            const nowUs = report.nowUs + skewUs
            response.end(JSON.stringify({ ...report, appId, nowUs }))
          },
        })
        const [registration] = await sidecars.registrations.list()
        assert.ok(registration !== undefined)
        const remove = await sidecars.registrations.register({
          ...registration,
          appId,
          internalPort: app.port,
        })
        const { code, text } = await doctor(sidecars, appId)
        await remove()
        await app[Symbol.asyncDispose]()
        if (skewUs > 0) {
          assert.equal(code, 1)
          assert.match(text, /✘ its clock is 60 min ahead of the clock here\n/)
        } else {
          assert.equal(code, 0, text)
          assert.match(text, /! its clock is (5|4\.9) s behind the clock here\n/)
        }
        assert.match(text, /→ have both clocks set by NTP/)
      }
    })
  })

  test('says how to send a first request', async () => {
    await using receiver = await startSpanReceiver()
    await withOrders(tracing({ endpoint: receiver.url }), async ({ sidecars, orders }) => {
      const { code, text } = await doctor(sidecars)
      assert.equal(code, 0, text)
      assert.match(text, /· no request has come by since it started /)
      assert.ok(text.includes(`curl ${orders.url}/v1.0/invoke/orders/method/PATH`), text)
      assert.match(text, /· traces will go to zipkin \S+: nothing was sent yet; it answers 202/)
    })
  })

  test('prints one JSON object for programs, and no password', async () => {
    const endpoint = 'http://user:hunter2@127.0.0.1:1/api/v2/spans'
    await withOrders(tracing({ endpoint }), async ({ sidecars, orders }) => {
      await invoke(orders, '/a')
      await eventually(async () => (await reportOf(orders)).exporters[0]?.up === false)
      const { code, text } = await doctor(sidecars, '--json')
      assert.equal(code, 1)
      const seen: Seen = JSON.parse(text)
      assert.deepEqual([seen.healthy, seen.findings, seen.endpoints], [false, [], []])
      const [sidecar] = seen.sidecars
      assert.deepEqual([sidecar?.appId, sidecar?.healthy], ['orders', false])
      const [finding] = sidecar?.findings ?? []
      assert.equal(finding?.code, 'EXPORTER_DOWN')
      assert.deepEqual(finding?.source, { file: sidecars.configFile, line: 9 })
      assert.ok('report' in (seen.statuses[0] ?? {}))
      const plain = await doctor(sidecars)
      assert.doesNotMatch(`${text}${plain.text}`, /hunter2/)
    })
  })
})

describe('GET /sidelight/api/v1/sidecars of the backend', () => {
  test('answers reports and diagnosis, beside the console too, for all or for one', async () => {
    await using sidecars = await startSidecars()
    await using backend = await startBackend({}, { sidecars })
    const endpoint = `http://localhost:${backend.port}/api/v2/spans`
    await sidecars.configure(tracing({ endpoint }))
    await sidecars.start('orders')
    await sidecars.start('checkout')
    const { statuses, endpoints, diagnosis } = JSON.parse(
      (await backend.get('/sidelight/api/v1/sidecars')).text,
    )
    assert.deepEqual(
      statuses.map(({ report }: { report: { appId: string } }) => report.appId),
      ['orders', 'checkout'],
    )
    assert.deepEqual(endpoints, [{ endpoint, state: 'self' }])
    assert.equal(diagnosis.healthy, true)
    const one = await backend.get('/zipkin/sidelight/api/v1/sidecars?app=checkout')
    assert.equal(one.headers.get('cache-control'), 'no-store')
    const only = JSON.parse(one.text)
    assert.deepEqual([only.statuses.length, only.diagnosis.sidecars[0].appId], [1, 'checkout'])
  })

  test('knows of none where it was not told how to find them', async () => {
    await using backend = await startBackend()
    const { statuses, diagnosis } = JSON.parse(
      (await backend.get('/sidelight/api/v1/sidecars')).text,
    )
    assert.deepEqual([statuses, diagnosis.healthy], [[], false])
  })
})
