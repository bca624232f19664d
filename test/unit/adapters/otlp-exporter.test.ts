import assert from 'node:assert/strict'
import { createOtlpExporter, type OtlpSettings } from '../../../src/adapters/otlp/index.ts'
import type { SpanRecord } from '../../../src/telemetry/index.ts'
import { freePort } from '../../support/free-ports.ts'
import { startOtlpReceiver } from '../../support/otlp-receiver.ts'
import { selfSign } from '../../support/self-signed.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { spanNamed } from '../telemetry/held-exporter.ts'

const START_US = 1_767_225_600_000_007
const FULL: SpanRecord = {
  ...spanNamed('CallLocal/Orders/Checkout'),
  context: {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    flags: 1,
    traceState: 'vendor=a b,ot=th:8;rv:00000000000001',
  },
  parentId: 'b7ad6b7169203331',
  kind: 'SERVER',
  startUs: START_US,
  durationUs: 1_000_001,
  attributes: ['dapr.api', 'GET /x', 'twice', '1', 'twice', '2'],
  events: [{ timeUs: START_US + 3, name: 'retry' }],
  error: 'Code(404): Not Found',
  remoteService: 'Orders',
}
const never = new AbortController().signal
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex')

const settings = (
  protocol: 'http' | 'grpc',
  endpointAddress: string,
  more: Partial<OtlpSettings> = {},
): OtlpSettings => ({
  endpointAddress,
  protocol,
  isSecure: false,
  headers: {},
  timeoutMs: 5_000,
  ...more,
})
const open = (...args: Parameters<typeof settings>) =>
  createOtlpExporter(settings(...args), {
    serviceName: 'shop',
    attributes: { 'deployment.environment': 'test', 'service.name': 'not this' },
  })

/** What the libraries read of the environment, for one test. */
async function withEnvironment(
  values: Readonly<Record<string, string>>,
  run: () => Promise<void>,
): Promise<void> {
  Object.assign(process.env, values)
  try {
    await run()
  } finally {
    for (const name of Object.keys(values)) delete process.env[name]
  }
}

for (const protocol of ['http', 'grpc'] as const)
  describe(`createOtlpExporter over ${protocol}`, () => {
    test('sends all that a span holds [opentelemetry-proto trace/v1]', async () => {
      await using receiver = await startOtlpReceiver(protocol)
      await using exporter = await open(protocol, receiver.address)
      assert.deepEqual(await exporter.export([FULL, spanNamed('root')], never), {
        kind: 'exported',
      })
      const [resource, ...noMore] = receiver.exports[0]?.request.resourceSpans ?? []
      assert.deepEqual(noMore, [])
      const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } })
      assert.deepEqual(JSON.parse(JSON.stringify(resource?.resource?.attributes)), [
        attribute('deployment.environment', 'test'),
        attribute('service.name', 'shop'),
      ])
      const scope = resource?.scopeSpans?.[0]
      assert.equal(scope?.scope?.name, 'dapr-diagnostics')
      const [full, root] = scope?.spans ?? []
      assert.equal(hex(full?.traceId), FULL.context.traceId)
      assert.equal(hex(full?.spanId), FULL.context.spanId)
      assert.equal(hex(full?.parentSpanId), FULL.parentId)
      assert.equal(full?.traceState, FULL.context.traceState)
      assert.equal((full?.flags ?? 0) & 0xff, 1)
      assert.equal(full?.name, FULL.name)
      assert.equal(full?.kind, 2)
      assert.equal(full?.startTimeUnixNano, `${START_US}000`)
      assert.equal(full?.endTimeUnixNano, `${START_US + 1_000_001}000`)
      assert.deepEqual(JSON.parse(JSON.stringify(full?.attributes)), [
        attribute('dapr.api', 'GET /x'),
        attribute('twice', '2'),
        attribute('peer.service', 'Orders'),
      ])
      assert.equal(full?.events?.[0]?.name, 'retry')
      assert.equal(full?.events?.[0]?.timeUnixNano, `${START_US + 3}000`)
      assert.deepEqual(
        { code: full?.status?.code, message: full?.status?.message },
        { code: 2, message: FULL.error },
      )
      assert.equal(hex(root?.parentSpanId), '')
      assert.equal(root?.kind, 3)
      assert.notEqual(root?.status?.code, 2)
    })

    test('sends the headers of the settings and none of the environment', async () => {
      const environment = {
        OTEL_EXPORTER_OTLP_HEADERS: 'x-other=environment',
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=environment',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1',
        OTEL_EXPORTER_OTLP_INSECURE: 'false',
      }
      await withEnvironment(environment, async () => {
        await using receiver = await startOtlpReceiver(protocol)
        const headers = { authorization: 'Bearer s3cret', 'X-Tenant': 'shop' }
        await using exporter = await open(protocol, receiver.address, { headers })
        assert.deepEqual(await exporter.export([FULL], never), { kind: 'exported' })
        const got = receiver.exports[0]?.headers ?? {}
        assert.equal(got.authorization, 'Bearer s3cret')
        assert.equal(got['x-tenant'], 'shop')
        assert.equal(got['x-other'], undefined)
        assert.match(got['user-agent'] ?? '', /^sidelight\//)
        if (protocol === 'http') assert.equal(got[':path'], '/v1/traces')
      })
    })

    test('compresses when the environment asks for it [OTEL_EXPORTER_OTLP_COMPRESSION]', async () => {
      await withEnvironment({ OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }, async () => {
        await using receiver = await startOtlpReceiver(protocol)
        await using exporter = await open(protocol, receiver.address)
        assert.deepEqual(await exporter.export([FULL], never), { kind: 'exported' })
        assert.equal(receiver.exports.length, 1)
        if (protocol === 'http')
          assert.equal(receiver.exports[0]?.headers['content-encoding'], 'gzip')
      })
    })

    test('tells how many spans were refused of a batch that was taken', async () => {
      await using receiver = await startOtlpReceiver(protocol, {
        kind: 'accept',
        partialSuccess: { rejectedSpans: '3', errorMessage: 'too old for tenant s3cret' },
      })
      await using exporter = await open(protocol, receiver.address, {
        headers: { 'x-token': 's3cret' },
      })
      assert.deepEqual(await exporter.export([FULL], never), {
        kind: 'exported',
        rejected: {
          spans: 3,
          reason: `http://${receiver.address}: refused 3 spans: too old for tenant ***`,
        },
      })
      receiver.behave({ kind: 'accept' })
      assert.deepEqual(await exporter.export([FULL], never), { kind: 'exported' })
    })

    test('gives up when the signal fires, and goes on with the next batch', async () => {
      await using receiver = await startOtlpReceiver(protocol, { kind: 'black-hole' })
      await using exporter = await open(protocol, receiver.address)
      const abort = new AbortController()
      const exported = exporter.export([FULL], abort.signal)
      await receiver.waitFor(() => receiver.exports.length === 1)
      abort.abort()
      assert.equal((await exported).kind, 'failed')
      if (protocol === 'http') await receiver.waitFor(() => receiver.abandoned === 1)
      receiver.behave({ kind: 'accept' })
      assert.deepEqual(await exporter.export([FULL], never), { kind: 'exported' })
      assert.equal((await exporter.export([FULL], abort.signal)).kind, 'failed')
    })

    test('gives up at its timeout', async () => {
      await using receiver = await startOtlpReceiver(protocol, { kind: 'black-hole' })
      await using exporter = await open(protocol, receiver.address, { timeoutMs: 50 })
      assert.deepEqual(await exporter.export([FULL], never), {
        kind: 'failed',
        reason: `http://${receiver.address}: no answer within 50 ms`,
      })
    })

    test('names the receiver and the cause when nobody listens', async () => {
      const address = `127.0.0.1:${await freePort()}`
      await using exporter = await open(protocol, address, { headers: { a: 'ECONN' } })
      const outcome = await exporter.export([FULL], never)
      assert.equal(outcome.kind, 'failed')
      const { reason } = outcome as { reason: string }
      assert.ok(reason.startsWith(`http://${address}: `), reason)
      assert.match(reason, /\*\*\*REFUSED|No connection/)
    })

    test('speaks TLS with the authority that the environment names, and not without', async function () {
      await using directory = await temporaryDirectory('sidelight-otlp-')
      const tls = await selfSign(this, directory, ['DNS:localhost'])
      await using receiver = await startOtlpReceiver(protocol, { kind: 'accept' }, tls)
      const address = receiver.address.replace('127.0.0.1', 'localhost')
      await withEnvironment({ OTEL_EXPORTER_OTLP_CERTIFICATE: tls.certFile }, async () => {
        await using exporter = await open(protocol, address, { isSecure: true })
        assert.deepEqual(await exporter.export([FULL], never), { kind: 'exported' })
      })
      await using stranger = await open(protocol, address, {
        isSecure: true,
        timeoutMs: 2_000,
      })
      assert.equal((await stranger.export([FULL], never)).kind, 'failed')
      assert.equal(receiver.exports.length, 1)
    })

    test('refuses settings that are none, without the values of headers', async () => {
      for (const address of ['http://host:4318', 'host/path', '', 'a b:1'])
        await assert.rejects(open(protocol, address), { code: 'OTLP_SETTINGS_INVALID' })
      await assert.rejects(
        open(protocol, 'host:4318', { headers: { 'bad name': 's3cret' } }),
        (error: Error & { code?: string }) =>
          error.code === 'OTLP_SETTINGS_INVALID' &&
          error.message.includes('bad name') &&
          !error.message.includes('s3cret'),
      )
    })
  })

describe('createOtlpExporter over http, refused', () => {
  for (const status of [429, 502, 503, 504])
    test(`takes ${status} for "later", with the pause that is asked for, after one attempt`, async () => {
      await using receiver = await startOtlpReceiver('http', {
        kind: 'refuse',
        status,
        headers: { 'Retry-After': '3' },
      })
      await using exporter = await open('http', receiver.address)
      assert.deepEqual(await exporter.export([FULL], never), {
        kind: 'failed',
        reason: `http://${receiver.address}: answered ${status}`,
        retryAfterMs: 3_000,
      })
      assert.equal(receiver.exports.length, 1)
    })

  for (const status of [301, 400, 401, 404, 413, 500])
    test(`takes ${status} for a final no`, async () => {
      await using receiver = await startOtlpReceiver('http', { kind: 'refuse', status })
      await using exporter = await open('http', receiver.address)
      assert.deepEqual(await exporter.export([FULL], never), {
        kind: 'refused',
        reason: `http://${receiver.address}: answered ${status}`,
      })
    })

  test('takes a 200 of something that speaks no OTLP for what it says', async () => {
    await using receiver = await startOtlpReceiver('http', { kind: 'text', text: '<html>' })
    await using exporter = await open('http', receiver.address)
    assert.deepEqual(await exporter.export([FULL], never), { kind: 'exported' })
  })
})

describe('createOtlpExporter over grpc, refused', () => {
  /** `google.rpc.Status` with a `RetryInfo` of 1.5 s. */
  const RETRY_INFO = Buffer.concat([
    Buffer.from([0x1a, 0x36, 0x0a, 0x28]),
    Buffer.from('type.googleapis.com/google.rpc.RetryInfo'),
    Buffer.from([0x12, 0x0a, 0x0a, 0x08, 0x08, 0x01, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01]),
  ])

  for (const [code, name] of [
    [3, 'INVALID_ARGUMENT'],
    [7, 'PERMISSION_DENIED'],
    [8, 'RESOURCE_EXHAUSTED'],
    [12, 'UNIMPLEMENTED'],
    [13, 'INTERNAL'],
    [16, 'UNAUTHENTICATED'],
  ] as const)
    test(`takes ${name} for a final no`, async () => {
      await using receiver = await startOtlpReceiver('grpc', { kind: 'refuse', code })
      await using exporter = await open('grpc', receiver.address)
      assert.deepEqual(await exporter.export([FULL], never), {
        kind: 'refused',
        reason: `http://${receiver.address}: answered ${name} (no)`,
      })
    })

  for (const [code, name] of [
    [1, 'CANCELLED'],
    [10, 'ABORTED'],
    [14, 'UNAVAILABLE'],
    [15, 'DATA_LOSS'],
  ] as const)
    test(`takes ${name} for "later", after one attempt`, async () => {
      await using receiver = await startOtlpReceiver('grpc', { kind: 'refuse', code })
      await using exporter = await open('grpc', receiver.address)
      assert.deepEqual(await exporter.export([FULL], never), {
        kind: 'failed',
        reason: `http://${receiver.address}: answered ${name} (no)`,
      })
      assert.equal(receiver.exports.length, 1)
    })

  test('takes RESOURCE_EXHAUSTED with a pause for "later" [OTLP: throttling]', async () => {
    await using receiver = await startOtlpReceiver('grpc', {
      kind: 'refuse',
      code: 8,
      details: RETRY_INFO,
    })
    await using exporter = await open('grpc', receiver.address)
    assert.deepEqual(await exporter.export([FULL], never), {
      kind: 'failed',
      reason: `http://${receiver.address}: answered RESOURCE_EXHAUSTED (no)`,
      retryAfterMs: 1_500,
    })
  })
})
