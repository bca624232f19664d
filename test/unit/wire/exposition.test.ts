import assert from 'node:assert/strict'
import { type ExpositionFormat, renderExposition } from '../../../src/wire/exposition.ts'
import type { MetricFamily } from '../../../src/wire/metric-family.ts'

const exemplar = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  value: 7,
  atUs: 1_767_225_600_250_000,
}
const MARK =
  '# {trace_id="4bf92f3577b34da6a3ce929d0e0e4736",span_id="00f067aa0ba902b7"} 7 1767225600.25'

const requests: MetricFamily = {
  name: 'shop_requests_total',
  help: 'All "calls".',
  type: 'counter',
  startUs: 0,
  series: [{ labels: { path: '/a', status: '200' }, value: 3, exemplar }],
}
const compat: MetricFamily = { ...requests, name: 'dapr_http_server_request_count' }
const latency: MetricFamily = {
  name: 'shop_latency_seconds',
  help: 'Time.',
  type: 'histogram',
  startUs: 0,
  series: [
    {
      labels: { path: '/a' },
      bounds: [0.5, 10],
      counts: [1, 2],
      sum: 27.5,
      count: 4,
      exemplars: [undefined, exemplar, exemplar],
    },
  ],
}

const render = (format: ExpositionFormat, ...families: readonly MetricFamily[]): string[] =>
  [...renderExposition(families, format)].join('').split('\n').slice(0, -1)

describe('renderExposition', () => {
  test('writes text 0.0.4, without exemplars [prometheus: exposition formats]', () => {
    assert.deepEqual(render('text', requests, latency), [
      '# HELP shop_requests_total All "calls".',
      '# TYPE shop_requests_total counter',
      'shop_requests_total{path="/a",status="200"} 3',
      '# HELP shop_latency_seconds Time.',
      '# TYPE shop_latency_seconds histogram',
      'shop_latency_seconds_bucket{path="/a",le="0.5"} 1',
      'shop_latency_seconds_bucket{path="/a",le="10"} 3',
      'shop_latency_seconds_bucket{path="/a",le="+Inf"} 4',
      'shop_latency_seconds_sum{path="/a"} 27.5',
      'shop_latency_seconds_count{path="/a"} 4',
    ])
  })

  test('writes OpenMetrics: families without _total, units, exemplars, an end [openmetrics: 1.0]', () => {
    assert.deepEqual(render('openmetrics', requests, latency), [
      '# TYPE shop_requests counter',
      '# HELP shop_requests All \\"calls\\".',
      `shop_requests_total{path="/a",status="200"} 3 ${MARK}`,
      '# TYPE shop_latency_seconds histogram',
      '# UNIT shop_latency_seconds seconds',
      '# HELP shop_latency_seconds Time.',
      'shop_latency_seconds_bucket{path="/a",le="0.5"} 1',
      `shop_latency_seconds_bucket{path="/a",le="10"} 3 ${MARK}`,
      `shop_latency_seconds_bucket{path="/a",le="+Inf"} 4 ${MARK}`,
      'shop_latency_seconds_sum{path="/a"} 27.5',
      'shop_latency_seconds_count{path="/a"} 4',
      '# EOF',
    ])
  })

  test('leaves a counter without _total its name, and calls it unknown', () => {
    assert.deepEqual(render('openmetrics', compat), [
      '# TYPE dapr_http_server_request_count unknown',
      '# HELP dapr_http_server_request_count All \\"calls\\".',
      'dapr_http_server_request_count{path="/a",status="200"} 3',
      '# EOF',
    ])
  })

  test('escapes what would end a value or a line', () => {
    const odd = 'a"b\\c\nd'
    const family: MetricFamily = {
      name: 'odd',
      help: odd,
      type: 'gauge',
      startUs: 0,
      series: [{ labels: { text: odd }, value: 1 }],
    }
    const value = 'odd{text="a\\"b\\\\c\\nd"} 1'
    assert.deepEqual(render('text', family), ['# HELP odd a"b\\\\c\\nd', '# TYPE odd gauge', value])
    assert.deepEqual(render('openmetrics', family).slice(1, 3), [
      '# HELP odd a\\"b\\\\c\\nd',
      value,
    ])
  })

  test('writes numbers as both formats know them', () => {
    for (const [value, text] of [
      [0, '0'],
      [0.1, '0.1'],
      [1e21, '1e+21'],
      [Number.NaN, 'NaN'],
      [Number.POSITIVE_INFINITY, '+Inf'],
      [Number.NEGATIVE_INFINITY, '-Inf'],
    ] as const)
      assert.equal(
        render('text', {
          name: 'a',
          help: '',
          type: 'gauge',
          startUs: 0,
          series: [{ labels: {}, value }],
        })[2],
        `a ${text}`,
      )
  })

  test('is an end alone without families, and a head alone without series', () => {
    assert.deepEqual(render('text'), [])
    assert.deepEqual(render('openmetrics'), ['# EOF'])
    assert.equal(render('text', { ...requests, series: [] }).length, 2)
  })
})
