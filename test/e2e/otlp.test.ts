import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { type ReceivedExport, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { startSpanReceiver } from '../support/span-receiver.ts'
import { send, startSidecars, tracing } from '../support/test-sidecars.ts'

const TOKEN = 'planted-otlp-token'
const otel = (address: string, protocol: string, more = '') =>
  `otel: { endpointAddress: "${address}", protocol: ${protocol}, isSecure: false, headers: ["x-token=${TOKEN}"]${more} }`
const spansOf = (exports: readonly ReceivedExport[]) =>
  exports
    .flatMap(({ request }) => request.resourceSpans ?? [])
    .flatMap(({ scopeSpans }) => scopeSpans ?? [])
    .flatMap(({ spans }) => spans ?? [])
const names = (exports: readonly ReceivedExport[]) => spansOf(exports).map(({ name }) => name)

describe('spec.tracing.otel', () => {
  for (const protocol of ['http', 'grpc'] as const)
    test(`sends over ${protocol}, with its headers, and shows them nowhere`, async () => {
      await using receiver = await startOtlpReceiver(protocol)
      await using sidecars = await startSidecars(
        tracing({ extra: otel(receiver.address, protocol) }),
      )
      const sidecar = await sidecars.start('app-a')
      await send(sidecar.port, 'GET', '/v1.0/metadata')
      await receiver.waitFor(() => names(receiver.exports).includes('/v1.0/metadata'))
      assert.equal(receiver.exports[0]?.headers['x-token'], TOKEN)
      const { sidelight } = await sidecar.metadata()
      const [exporter] = sidelight.exporters
      assert.deepEqual([exporter?.name, exporter?.up], ['otlp', true])
      for (const place of [
        JSON.stringify(sidelight),
        await sidecar.metrics(),
        sidecar.log.join('\n'),
        JSON.stringify(spansOf(receiver.exports).map(({ name, attributes }) => [name, attributes])),
      ])
        assert.ok(!place.includes(TOKEN))
    })

  test('is switched live: from Zipkin, to another protocol, and off, without losing a span', async () => {
    await using zipkin = await startSpanReceiver()
    await using http = await startOtlpReceiver('http')
    await using grpc = await startOtlpReceiver('grpc')
    await using sidecars = await startSidecars(tracing({ endpoint: zipkin.url }))
    const sidecar = await sidecars.start('app-a')
    const ask = (path: string) => send(sidecar.port, 'PUT', `/v1.0/metadata/${path}`, [], 'x')
    const inForce = (generation: number) =>
      eventually(
        async () => (await sidecar.metadata()).sidelight.configuration.generation === generation,
      )
    await ask('zipkin')
    await zipkin.waitFor(({ spans }) => spans.some(({ name }) => name === '/v1.0/metadata/zipkin'))
    await sidecars.configure(tracing({ extra: otel(http.address, 'http') }))
    await inForce(2)
    await ask('http')
    await http.waitFor(() => names(http.exports).includes('/v1.0/metadata/http'))
    await sidecars.configure(tracing({ extra: otel(grpc.address, 'grpc') }))
    await inForce(3)
    await ask('grpc')
    await grpc.waitFor(() => names(grpc.exports).includes('/v1.0/metadata/grpc'))
    assert.ok(!names(http.exports).includes('/v1.0/metadata/grpc'))
    await sidecars.configure(tracing({ endpoint: zipkin.url }))
    await inForce(4)
    await ask('again')
    await zipkin.waitFor(({ spans }) => spans.some(({ name }) => name === '/v1.0/metadata/again'))
  })

  test('says exactly why nobody takes the spans', async () => {
    await using sidecars = await startSidecars(tracing({ extra: otel('127.0.0.1:9', 'http') }))
    const sidecar = await sidecars.start('app-a')
    await send(sidecar.port, 'GET', '/v1.0/metadata')
    const exporter = await eventually(async () => {
      const [first] = (await sidecar.metadata()).sidelight.exporters
      return first?.up === false && first
    })
    assert.match(exporter.lastError ?? '', /127\.0\.0\.1:9.*ECONNREFUSED/)
  })

  test('is asked for by OTEL_ variables alone, without any Configuration', async () => {
    await using receiver = await startOtlpReceiver('http')
    await using sidecars = await startSidecars()
    const sidecar = await sidecars.start('app-a', {
      configFiles: [],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://${receiver.address}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_INSECURE: 'true',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      },
    })
    await send(sidecar.port, 'GET', '/v1.0/metadata')
    await receiver.waitFor(() => names(receiver.exports).includes('/v1.0/metadata'))
  })
})
