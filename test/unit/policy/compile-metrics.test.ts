import assert from 'node:assert/strict'
import { compileMetrics } from '../../../src/policy/index.ts'
import type { MetricSpec } from '../../../src/resources/index.ts'
import {
  componentMetrics,
  errorMetrics,
  httpMetrics,
  pipelineMetrics,
  sidecarCatalogue,
} from '../../../src/telemetry/index.ts'

const { serverLatency, serverRequestCount, serverRequestBytes, serverResponseCount } = httpMetrics

const shown = async (spec: MetricSpec | undefined): Promise<string[]> => {
  const { viewOf } = await compileMetrics(spec)
  return sidecarCatalogue.filter((each) => viewOf(each).isRecorded).map(({ name }) => name)
}
const rule = (name: string, regex: Record<string, string>): MetricSpec => ({
  rules: [{ name, labels: [{ name: 'path', regex }] }],
})
/** What a rule makes of paths. */
const rewritten = async (spec: MetricSpec, ...paths: string[]): Promise<string[]> => {
  const { viewOf } = await compileMetrics(spec)
  const rewrite = viewOf(serverRequestCount).rewrites?.get('path')
  return paths.map((path) => rewrite?.(path) ?? 'no rule')
}

describe('compileMetrics [dapr: pkg/diagnostics/metrics.go]', () => {
  test('records all but error codes, unless asked otherwise', async () => {
    const all = sidecarCatalogue.map(({ name }) => name)
    const without = (name: string) => all.filter((each) => each !== name)
    assert.deepEqual(await shown(undefined), without(errorMetrics.total.name))
    assert.deepEqual(await shown({ recordErrorCodes: true }), all)
    assert.deepEqual(
      await shown({ recordErrorCodes: true, http: { increasedCardinality: false } }),
      without(serverResponseCount.name),
    )
  })

  test('switches off what is Dapr’s, and nothing of ours', async () => {
    const names = await shown({ enabled: false, recordErrorCodes: true })
    assert.deepEqual(
      names.filter((name) => !name.startsWith('sidelight_')),
      [],
    )
    assert.equal(names.length, sidecarCatalogue.filter(({ compat }) => !compat).length)
  })

  test('puts bounds on latencies alone; an empty list is Dapr’s', async () => {
    const { viewOf } = await compileMetrics({ latencyDistributionBuckets: [5, 50] })
    assert.deepEqual(viewOf(serverLatency).buckets, [5, 50])
    assert.deepEqual(viewOf(componentMetrics.stateLatencies).buckets, [5, 50])
    assert.equal(viewOf(serverRequestBytes).buckets, undefined)
    assert.equal(viewOf(componentMetrics.lockSeconds).buckets, undefined)
    const empty = await compileMetrics({ latencyDistributionBuckets: [] })
    assert.equal(empty.viewOf(serverLatency).buckets, undefined)
  })

  test('finds the metric of a rule by its name without dapr_, with slashes or without', async () => {
    for (const name of ['http/server/request_count', 'http_server_request_count'])
      assert.deepEqual(await rewritten(rule(name, { '/x': '^/y$' }), '/y', '/yy'), ['/x', '/yy'])
    for (const name of ['dapr_http_server_request_count', 'http/server/latency', ''])
      assert.deepEqual(await rewritten(rule(name, { '/x': '^/y$' }), '/y'), ['no rule'])
  })

  test('replaces every match, with groups, one expression after the other [go: regexp.ReplaceAllString]', async () => {
    const spec = rule('http/server/request_count', { '/$1/{n}': '/(a|b)/\\d+', all: '^/a/{n}$' })
    assert.deepEqual(await rewritten(spec, '/a/1', '/b/2/a/3', '/c/4'), [
      'all',
      '/b/{n}/a/{n}',
      '/c/4',
    ])
  })

  test('starts anew what is recorded otherwise, and nothing else', async () => {
    const before = (await compileMetrics(undefined)).viewOf
    const changed = async (spec: MetricSpec) => {
      const { viewOf } = await compileMetrics(spec)
      return sidecarCatalogue
        .filter((each) => viewOf(each).key !== before(each).key)
        .map(({ name }) => name)
    }
    assert.deepEqual(await changed({}), [])
    assert.deepEqual(await changed({ http: { increasedCardinality: true } }), [])
    assert.deepEqual(await changed(rule('http/server/latency', { x: 'y' })), [serverLatency.name])
    const byPath = await changed({ http: { pathMatching: ['/a'] } })
    assert.ok(byPath.includes(serverLatency.name) && !byPath.includes(serverRequestBytes.name))
    assert.equal(
      (await changed({ latencyDistributionBuckets: [1] })).includes(
        pipelineMetrics.spansStarted.name,
      ),
      false,
    )
  })

  test('says what is in force, with defaults', async () => {
    assert.deepEqual((await compileMetrics(rule('http/server/latency', { x: 'y' }))).report, {
      enabled: true,
      recordErrorCodes: false,
      latencyBucketsMs: undefined,
      increasedCardinality: true,
      excludeVerbs: false,
      pathMatching: [],
      rules: ['dapr_http_server_latency'],
    })
  })
})
