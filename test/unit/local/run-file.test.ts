import assert from 'node:assert/strict'
import { parseRunFile } from '../../../src/local/run-file.ts'

const read = (text: string) => parseRunFile(text, 'dapr.yaml', '/shop')
const accepted = (text: string) => {
  const result = read(text)
  assert.ok(result.ok, JSON.stringify(result))
  return result.value
}
const refused = (text: string) => {
  const result = read(text)
  assert.ok(!result.ok)
  return result.error.map(({ path, line, code, seen }) => [path, line, code, seen]).sort()
}

describe('parseRunFile [dapr: multi-app run template]', () => {
  test('fills an app in that has only a directory', () => {
    assert.deepEqual(accepted('version: 1\napps:\n  - appDirPath: ./orders/\n'), [
      {
        appId: 'orders',
        directory: '/shop/orders',
        command: undefined,
        appPort: undefined,
        appProtocol: 'http',
        appChannelAddress: '127.0.0.1',
        httpPort: 0,
        grpcPort: 0,
        internalPort: 0,
        metricsPort: 0,
        configFiles: [],
        resourcesPaths: [],
        env: {},
        logLevel: 'info',
        maxConcurrency: undefined,
        maxBodySize: '4Mi',
        readBufferSize: '4Ki',
        apiLogging: undefined,
        healthCheck: undefined,
      },
    ])
  })

  test('reads every field of Dapr’s format, and passes over those it does not know', () => {
    const [app] = accepted(`version: 1
apps:
  - appID: a
    appDirPath: /abs
    command: [node, app.js, 7, true]
    appPort: 5001
    appProtocol: https
    appChannelAddress: localhost
    daprHTTPPort: 3501
    daprGRPCPort: 3502
    daprInternalGRPCPort: 3503
    metricsPort: 9091
    configFilePath: ./config.yaml
    logLevel: debug
    appMaxConcurrency: 4
    maxBodySize: 8Mi
    readBufferSize: 16
    enableApiLogging: true
    enableAppHealthCheck: true
    appHealthCheckPath: /up
    appHealthProbeInterval: 1
    appHealthProbeTimeout: 2
    appHealthThreshold: 4
    env: { A: x, N: 1, B: true }
    resourcesPaths: [./components]
`)
    assert.deepEqual(app, {
      appId: 'a',
      directory: '/abs',
      command: ['node', 'app.js', '7', 'true'],
      appPort: 5001,
      appProtocol: 'https',
      appChannelAddress: 'localhost',
      httpPort: 3501,
      grpcPort: 3502,
      internalPort: 3503,
      metricsPort: 9091,
      configFiles: ['/shop/config.yaml'],
      resourcesPaths: ['/shop/components'],
      env: { A: 'x', N: '1', B: 'true' },
      logLevel: 'debug',
      maxConcurrency: 4,
      maxBodySize: '8Mi',
      readBufferSize: '16',
      apiLogging: true,
      healthCheck: { path: '/up', intervalS: 1, timeoutMs: 2, threshold: 4 },
    })
  })

  test('lets app values win over common ones, and merges env', () => {
    const [a, b] = accepted(`version: 1
common:
  logLevel: warning
  configFilePath: /etc/common.yaml
  enableApiLogging: true
  appMaxConcurrency: 9
  env: { A: common, B: common }
apps:
  - appDirPath: a
    logLevel: debug
    configFilePath: own.yaml
    enableApiLogging: false
    appMaxConcurrency: -1
    env: { B: own, C: own }
  - appDirPath: b
`)
    assert.deepEqual(
      [a?.logLevel, a?.configFiles, a?.apiLogging, a?.maxConcurrency, a?.env],
      ['debug', ['/shop/own.yaml'], false, undefined, { A: 'common', B: 'own', C: 'own' }],
    )
    assert.deepEqual(
      [b?.logLevel, b?.configFiles, b?.apiLogging, b?.maxConcurrency, b?.env],
      ['warning', ['/etc/common.yaml'], true, 9, { A: 'common', B: 'common' }],
    )
  })

  test('refuses two apps of one id, given or taken from the directory', () => {
    assert.deepEqual(
      refused('version: 1\napps:\n  - appDirPath: a\n  - appDirPath: b\n    appID: a\n'),
      [['apps.1.appID', 5, 'APP_ID_TWICE', 'a']],
    )
    assert.deepEqual(refused('version: 1\napps:\n  - appDirPath: x/a\n  - appDirPath: y/a\n'), [
      ['apps.1.appID', 4, 'APP_ID_TWICE', 'a'],
    ])
  })

  test('refuses a port that is given away twice, to apps or sidecars', () => {
    const app = (id: string, port: string): string =>
      `  - { appID: ${id}, appDirPath: ., ${port}: 5001 }\n`
    for (const other of ['appPort', 'daprHTTPPort', 'metricsPort'])
      assert.deepEqual(refused(`version: 1\napps:\n${app('a', 'appPort')}${app('b', other)}`), [
        ['apps.1', 4, 'PORT_TWICE', '5001'],
      ])
  })

  test('refuses an empty file', () => {
    for (const text of ['', '---\n', '# nothing'])
      assert.deepEqual(refused(text), [['(document)', 1, 'RUN_FILE_EMPTY', undefined]])
  })

  test('names what is wrong by path and line, all at once', () => {
    assert.deepEqual(
      refused(`version: 2
apps:
  - appID: a
    appPort: 70000
    command: node app.js
  - appDirPath: b
    daprHTTPPort: "3500"
    appHealthThreshold: 1.5
`),
      [
        ['version', 1, 'FIELD_INVALID', '2'],
        ['apps.0.appDirPath', 3, 'FIELD_INVALID', undefined],
        ['apps.0.command', 5, 'FIELD_INVALID', 'node app.js'],
        ['apps.0.appPort', 4, 'FIELD_INVALID', '70000'],
        ['apps.1.daprHTTPPort', 7, 'FIELD_INVALID', '3500'],
        ['apps.1.appHealthThreshold', 8, 'FIELD_INVALID', '1.5'],
      ].sort(),
    )
  })

  test('refuses a file without apps', () => {
    assert.deepEqual(refused('version: 1\n'), [['apps', 1, 'FIELD_INVALID', undefined]])
    assert.deepEqual(refused('version: 1\napps: []\n'), [['apps', 2, 'FIELD_INVALID', undefined]])
  })

  test('refuses what is not YAML', () => {
    assert.equal(refused('apps: [')[0]?.[2], 'YAML_INVALID')
  })
})
