import assert from 'node:assert/strict'
import { parseFlags } from '../../../src/cli/flags.ts'
import { sidecarFlags } from '../../../src/cli/settings.ts'
import { addresses, commaList, toSidecarSettings } from '../../../src/cli/sidecar-settings.ts'

function read(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const flags = parseFlags(sidecarFlags, argv)
  assert.ok(flags.ok, JSON.stringify(flags))
  return toSidecarSettings(flags.value.values, env)
}
const accepted = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const settings = read(['--app-id', 'orders', ...argv], env)
  assert.ok(settings.ok, JSON.stringify(settings))
  return settings.value
}
const refused = (...argv: readonly string[]) => {
  const settings = read(argv)
  assert.ok(!settings.ok)
  return settings.error
}

describe('toSidecarSettings', () => {
  test('asks the app for what it was not told to leave out', () => {
    assert.equal(accepted([]).asksSubscriptions, true)
    assert.equal(accepted(['--disable-init-endpoints', 'config']).asksSubscriptions, true)
    assert.equal(accepted(['--disable-init-endpoints=config,subscribe']).asksSubscriptions, false)
    const [problem] = refused('--app-id=a', '--disable-init-endpoints=subscrib')
    assert.match(JSON.stringify(problem), /there are subscribe and config/)
  })

  test('has daprd’s defaults', () => {
    const settings = accepted([])
    assert.deepEqual(
      [settings.httpPort, settings.grpcPort, settings.internalPort, settings.metricsPort],
      [3500, 50_001, 0, 9090],
    )
    assert.deepEqual(
      [settings.appPort, settings.publicPort, settings.appMaxConcurrency, settings.appHealthCheck],
      [undefined, undefined, undefined, undefined],
    )
    assert.deepEqual([settings.maxBodyBytes, settings.maxHeaderBytes], [4 * 2 ** 20, 4096])
    assert.deepEqual(
      [settings.listenAddresses, settings.metricsListenAddresses],
      [['::'], ['0.0.0.0']],
    )
    assert.deepEqual([settings.namespace, settings.serviceName], ['default', 'orders'])
    assert.deepEqual([settings.gracefulShutdownMs, settings.blockShutdownMs], [5_000, 0])
    assert.deepEqual([settings.apiToken, settings.appApiToken], [undefined, undefined])
  })

  test('reads the environment that Dapr and OpenTelemetry name', () => {
    const settings = accepted([], {
      NAMESPACE: 'shop',
      OTEL_SERVICE_NAME: 'orders-v2',
      DAPR_API_TOKEN: 'in',
      APP_API_TOKEN: 'out',
      OTEL_BSP_SCHEDULE_DELAY: '20',
      OTEL_BSP_EXPORT_TIMEOUT: '30',
      OTEL_BSP_MAX_QUEUE_SIZE: '40',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '50',
    })
    assert.deepEqual([settings.namespace, settings.serviceName], ['shop', 'orders-v2'])
    assert.deepEqual([settings.apiToken, settings.appApiToken], ['in', 'out'])
    assert.deepEqual(settings.batch, {
      scheduleDelayMs: 20,
      exportTimeoutMs: 30,
      maxQueueSize: 40,
      maxExportBatchSize: 50,
    })
  })

  test('takes an empty variable for one that is not set', () => {
    const settings = accepted([], { NAMESPACE: '', DAPR_API_TOKEN: '', OTEL_SERVICE_NAME: '' })
    assert.deepEqual(
      [settings.namespace, settings.apiToken, settings.serviceName],
      ['default', undefined, 'orders'],
    )
  })

  test('keeps the default of a batch setting that is no positive number [otel: env]', () => {
    for (const bad of ['0', '-1', 'x', '', 'Infinity'])
      assert.equal(accepted([], { OTEL_BSP_MAX_QUEUE_SIZE: bad }).batch.maxQueueSize, 2048, bad)
  })

  test('turns units and switches into settings', () => {
    const settings = accepted([
      '--app-port=5001',
      '--app-max-concurrency=3',
      '--enable-metrics=false',
      '--dapr-graceful-shutdown-seconds=7',
      '--dapr-block-shutdown-duration=1m',
      '--allowed-origins= https://a , https://b,',
      '--dapr-listen-addresses=127.0.0.1,::1',
      '--enable-app-health-check',
      '--app-health-probe-interval=9',
    ])
    assert.deepEqual([settings.appPort, settings.appMaxConcurrency], [5001, 3])
    assert.equal(settings.metricsPort, undefined)
    assert.deepEqual([settings.gracefulShutdownMs, settings.blockShutdownMs], [7_000, 60_000])
    assert.deepEqual(settings.allowedOrigins, ['https://a', 'https://b'])
    assert.deepEqual(settings.listenAddresses, ['127.0.0.1', '::1'])
    assert.deepEqual(settings.appHealthCheck, {
      path: '/healthz',
      intervalMs: 9_000,
      timeoutMs: 500,
      threshold: 3,
    })
  })

  for (const [argv, path, message] of [
    [[], '--app-id', /an app id is needed/],
    [['--app-id='], '--app-id', /an app id is needed/],
    [['--app-id=a.b'], '--app-id', /no dots/],
    [['--app-id=a b'], '--app-id', /letters, digits/],
    [['--app-id=a/b'], '--app-id', /letters, digits/],
    [[`--app-id=${'a'.repeat(64)}`], '--app-id', /at most 63/],
    [
      ['--app-id=a', '--app-port=3500'],
      '--app-port',
      /--app-port and --dapr-http-port are the same/,
    ],
    [['--app-id=a', '--app-port=9090'], '--app-port', /--app-port and --metrics-port/],
    [['--app-id=orders', '--app-protocol=grpc'], '--app-protocol', /only http and https/],
  ] as const)
    test(`refuses ${argv.join(' ') || 'nothing'}`, () => {
      const [problem, ...more] = refused(...argv)
      assert.deepEqual([problem?.path, problem?.code, more], [path, 'FLAG_INVALID', []])
      assert.match(problem?.message ?? '', message)
    })

  test('takes the port of a sidecar’s own for an app elsewhere, and of metrics that are off', () => {
    const elsewhere = ['--app-port=3500', '--app-channel-address=10.0.0.1']
    assert.equal(accepted(elsewhere).appPort, 3500)
    assert.equal(accepted(['--app-port=9090', '--enable-metrics=false']).appPort, 9090)
    assert.equal(accepted([`--app-id=${'a'.repeat(63)}`]).appId.length, 63)
  })

  test('refuses a namespace that is none', () => {
    for (const bad of ['a/b', 'a.b', 'a'.repeat(64)]) {
      const settings = read(['--app-id=orders'], { NAMESPACE: bad })
      assert.ok(!settings.ok)
      assert.deepEqual(
        settings.error.map(({ path }) => path),
        ['NAMESPACE'],
      )
    }
  })

  test('tells all mistakes at once, those of variables too', () => {
    assert.deepEqual(
      refused('--app-protocol=h2c').map(({ path }) => path),
      ['--app-id', '--app-protocol'],
    )
    const env = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_METRIC_EXPORT_INTERVAL: '1m' }
    const settings = read(['--app-protocol=h2c', '--app-id=a'], env)
    assert.deepEqual(!settings.ok && settings.error.map(({ path }) => path), [
      '--app-protocol',
      'OTEL_METRIC_EXPORT_INTERVAL',
    ])
  })
})

describe('commaList and addresses', () => {
  test('leave blanks and empty parts out', () => {
    assert.deepEqual(commaList(' a, ,b,,'), ['a', 'b'])
    assert.deepEqual(commaList(''), [])
  })

  test('take nothing for everything', () => {
    assert.deepEqual(addresses(''), ['::'])
    assert.deepEqual(addresses('127.0.0.1'), ['127.0.0.1'])
  })
})
