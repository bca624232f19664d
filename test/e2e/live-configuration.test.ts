import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { openRaw } from '../support/raw-http.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { startTestApp } from '../support/test-app.ts'
import { send, startSidecars, type TestSidecar, tracing } from '../support/test-sidecars.ts'

const generation = async (sidecar: TestSidecar): Promise<number> =>
  (await sidecar.metadata()).sidelight.configuration.generation

describe('live Configuration', () => {
  test('a new rate is in force on the same sockets, while a stream stays open', async () => {
    await using app = await startTestApp()
    await using sidecars = await startSidecars(tracing({ rate: '0' }))
    const b = await sidecars.start('app-b', { appPort: app.port })
    await using stream = await openRaw(b.port)
    await stream.send('GET /v1.0/invoke/app-b/method/sse HTTP/1.1\r\nHost: x\r\n\r\n')
    await eventually(() => app.streams.size === 1)
    const sampled = async () =>
      (await send(b.port, 'GET', '/v1.0/metadata')).header('traceparent')?.endsWith('-01') ?? false
    assert.equal(await sampled(), false)
    await sidecars.configure(tracing({ rate: '1' }))
    await eventually(sampled)
    assert.equal(await generation(b), 2)
    await sidecars.configure(tracing({ rate: '0' }))
    await eventually(async () => !(await sampled()))
    app.push('still here')
    await eventually(() => stream.pending.includes('still here'))
    assert.match(await b.metrics(), /sidelight_configuration_reloads_total\{result="applied"\} 2/)
  })

  test('keeps the last good one when an edit is bad, and says so in log, metric and metadata', async () => {
    await using sidecars = await startSidecars(tracing({ rate: '1' }))
    const a = await sidecars.start('app-a')
    await sidecars.configure(tracing({ rate: '50%' }))
    const { configuration } = await eventually(async () => {
      const metadata = await a.metadata()
      return metadata.sidelight.configuration.lastReload === 'rejected' && metadata.sidelight
    })
    assert.equal(configuration.generation, 1)
    assert.deepEqual(
      configuration.problems.map(({ code, path, line }) => ({ code, path, line })),
      [{ code: 'RATE_NOT_A_NUMBER', path: 'spec.tracing.samplingRate', line: 7 }],
    )
    assert.ok(a.log.some((line) => line.includes('write \\"0.5\\" for 50%')))
    const page = await a.metrics()
    assert.match(page, /sidelight_configuration_last_reload_successful 0/)
    assert.match(page, /sidelight_configuration_reloads_total\{result="rejected"\} 1/)
    const answer = await send(a.port, 'GET', '/v1.0/metadata')
    assert.match(String(answer.header('traceparent')), /-01$/)

    await sidecars.configure(tracing({ rate: '1' }))
    await eventually(
      async () => (await a.metadata()).sidelight.configuration.lastReload === 'unchanged',
    )
    assert.equal(await generation(a), 1)
    assert.match(await a.metrics(), /sidelight_configuration_last_reload_successful 1/)
  })

  test('sees a file that is written in place, replaced, deleted and made again', async () => {
    await using sidecars = await startSidecars(tracing({ rate: '0.5' }))
    const a = await sidecars.start('app-a')
    await writeFile(sidecars.configFile, tracing({ rate: '0.6' }))
    await eventually(async () => (await generation(a)) === 2)
    await sidecars.configure(tracing({ rate: '0.7' }))
    await eventually(async () => (await generation(a)) === 3)
    await rm(sidecars.configFile)
    await eventually(
      async () =>
        (await a.metadata()).sidelight.configuration.problems[0]?.code === 'FILE_UNREADABLE',
    )
    await writeFile(sidecars.configFile, tracing({ rate: '0.8' }))
    await eventually(async () => (await generation(a)) === 4)
  })

  test('refuses a file that is none, or far too large, and goes on answering', async () => {
    await using sidecars = await startSidecars(tracing({ rate: '0.5' }))
    const a = await sidecars.start('app-a')
    const refusedAs = (code: string) =>
      eventually(
        async () => (await a.metadata()).sidelight.configuration.problems[0]?.code === code,
      )
    await sidecars.configure(`${tracing()}${'# more\n'.repeat(50_000)}`)
    await refusedAs('FILE_TOO_LARGE')
    await rm(sidecars.configFile)
    spawnSync('mkfifo', [sidecars.configFile])
    await refusedAs('FILE_UNREADABLE')
    await rm(sidecars.configFile)
    await mkdir(sidecars.configFile)
    await eventually(async () => /not a plain file/.test(JSON.stringify(await a.metadata())))
    await rm(sidecars.configFile, { recursive: true })
    await sidecars.configure(tracing({ rate: '0.6' }))
    await eventually(async () => (await generation(a)) === 2)
  })

  test('sees a symlinked mount swap, as Kubernetes makes it', async () => {
    await using mount = await temporaryDirectory()
    const put = async (name: string, rate: string) => {
      await mkdir(mount.file(name))
      await writeFile(mount.file(name, 'config.yaml'), tracing({ rate }))
      await symlink(name, mount.file(`${name}-link`))
      await rename(mount.file(`${name}-link`), mount.file('..data'))
    }
    await put('..one', '0.1')
    await symlink(join('..data', 'config.yaml'), mount.file('config.yaml'))
    await using sidecars = await startSidecars()
    const a = await sidecars.start('app-a', { configFiles: [mount.file('config.yaml')] })
    await put('..two', '0.2')
    await eventually(async () => (await generation(a)) === 2)
  })

  test('merges several files, a later one over an earlier one', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ rate: '0', endpoint: receiver.url }))
    await using directory = await temporaryDirectory()
    const over = directory.file('over.yaml')
    await writeFile(over, tracing({ rate: '1' }))
    const a = await sidecars.start('app-a', { configFiles: [sidecars.configFile, over] })
    await send(a.port, 'GET', '/v1.0/metadata')
    await receiver.waitFor(({ spans }) => spans.length === 1)
  })

  test('moves unsent spans from a black hole to the new endpoint: none is lost', async () => {
    await using hole = await startSpanReceiver({ kind: 'black-hole' })
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: hole.url }))
    const a = await sidecars.start('app-a')
    const ids = new Set<string>()
    const call = async () => {
      const answer = await send(a.port, 'GET', '/v1.0/nonsense')
      ids.add(String(answer.header('traceparent')).split('-')[1] ?? '')
    }
    for (let i = 0; i < 10; i++) await call()
    await hole.waitFor(({ posts }) => posts.length === 1)
    for (let i = 0; i < 40; i++) await call()
    await sidecars.configure(tracing({ endpoint: receiver.url }))
    await receiver.waitFor(({ spans }) => new Set(spans.map((span) => span.traceId)).size === 50, {
      deadlineMs: 15_000,
    })
    assert.deepEqual(new Set(receiver.spans.map(({ traceId }) => traceId)), ids)
    assert.doesNotMatch(await a.metrics(), /spans_dropped_total\{.*\} [1-9]/)
  })

  test('switches stdout on and off', async () => {
    await using sidecars = await startSidecars(tracing({ extra: 'stdout: true' }))
    const a = await sidecars.start('app-a')
    const lines = () => a.log.filter((line) => line.includes('name=unmatched')).length
    await send(a.port, 'GET', '/v1.0/nonsense')
    await eventually(() => lines() === 1)
    await sidecars.configure(tracing())
    await eventually(async () => (await generation(a)) === 2)
    await send(a.port, 'GET', '/v1.0/nonsense')
    await a.stop()
    assert.equal(lines(), 1)
  })
})

describe('an exporter that has no luck', () => {
  test('drops and counts when the queue is full, and no request waits', async () => {
    await using hole = await startSpanReceiver({ kind: 'black-hole' })
    await using sidecars = await startSidecars(tracing({ endpoint: hole.url }))
    const a = await sidecars.start('app-a', {
      env: { OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5' },
    })
    for (let i = 0; i < 30; i++) await send(a.port, 'GET', '/v1.0/nonsense')
    const dropped = /dropped_total\{exporter="zipkin",reason="queue_full"\} (\d+)/.exec(
      await a.metrics(),
    )
    assert.ok(Number(dropped?.[1]) >= 15, dropped?.[0])
  })

  test('keeps spans while nobody listens, says so once, and sends them when somebody does', async () => {
    await using receiver = await startSpanReceiver({ kind: 'status', status: 503 })
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const a = await sidecars.start('app-a')
    for (let i = 0; i < 5; i++) await send(a.port, 'GET', '/v1.0/nonsense')
    await receiver.waitFor(({ posts }) => posts.length >= 3)
    assert.match(await a.metrics(), /sidelight_exporter_up\{exporter="zipkin"\} 0/)
    receiver.behave({ kind: 'accept' })
    await receiver.waitFor(({ spans }) => spans.length >= 5, { deadlineMs: 10_000 })
    assert.equal(a.log.filter((line) => line.includes('does not take spans')).length, 1)
    assert.equal(new Set(receiver.spans.map(({ id }) => id)).size, 5)
  })

  test('drops what the receiver will never take', async () => {
    await using receiver = await startSpanReceiver({ kind: 'status', status: 400 })
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const a = await sidecars.start('app-a')
    await send(a.port, 'GET', '/v1.0/nonsense')
    await eventually(async () => /reason="refused"\} 1/.test(await a.metrics()))
    assert.equal(receiver.posts.length, 1)
  })

  test('waits as long as Retry-After says', async () => {
    await using receiver = await startSpanReceiver({
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '1' },
    })
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const a = await sidecars.start('app-a')
    await send(a.port, 'GET', '/v1.0/nonsense')
    await receiver.waitFor(({ posts }) => posts.length === 1)
    receiver.behave({ kind: 'accept' })
    await receiver.waitFor(({ spans }) => spans.length === 1)
  })

  test('flushes at a stop', async () => {
    await using receiver = await startSpanReceiver()
    await using sidecars = await startSidecars(tracing({ endpoint: receiver.url }))
    const a = await sidecars.start('app-a', { env: { OTEL_BSP_SCHEDULE_DELAY: '600000' } })
    for (let i = 0; i < 1000; i++) await send(a.port, 'GET', '/v1.0/nonsense')
    await a.stop()
    assert.equal(receiver.spans.length, 1000)
  })
})
