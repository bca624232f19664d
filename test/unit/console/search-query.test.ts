import assert from 'node:assert/strict'
import {
  formatSearchQuery,
  parseSearchQuery,
  type SearchQuery,
  searchWindow,
  toApiParams,
} from '../../../src/console/model/search-query.ts'
import { listFilters, listWidenings } from '../../../src/console/model/widenings.ts'

const NOW_MS = 1_795_368_000_000
const DEFAULTS = { lookbackMs: 900_000, limit: 10 }
const parse = (text: string): SearchQuery => parseSearchQuery(new URLSearchParams(text), DEFAULTS)
const api = (text: string): Record<string, string> =>
  Object.fromEntries(toApiParams(parse(text), NOW_MS).params)

/** As Zipkin Lens 3.6.1 writes it. */
const LENS =
  'serviceName=frontend&remoteServiceName=orders&spanName=get+%2Forders%2F%7Bid%7D&minDuration=1ms' +
  `&maxDuration=10s&annotationQuery=http.status_code%3D200+and+error&lookback=15m&endTs=${NOW_MS}&limit=20`

describe('parseSearchQuery', () => {
  test('takes the backend’s defaults for an empty URL', () => {
    const query = parse('')
    assert.deepEqual([query.lookback, query.limit, query.sort], ['15m', 10, 'newest'])
  })

  test('reads a link of Zipkin Lens', () => {
    const query = parse(LENS)
    assert.equal(query.spanName, 'get /orders/{id}')
    assert.equal(query.annotationQuery, 'http.status_code=200 and error')
    assert.equal(query.endMs, NOW_MS)
  })

  test('reads Lens’ own criterion for an autocomplete key as a tag', () => {
    assert.equal(
      parse('environment=prod&annotationQuery=error').annotationQuery,
      'environment=prod and error',
    )
  })

  test('survives its own writing', () => {
    for (const text of [
      LENS,
      '',
      'lookback=millis&millis=5000',
      'sort=errors&live=1&lookback=7d',
      `lookback=range&startTs=${NOW_MS - 1000}&endTs=${NOW_MS}`,
    ]) {
      const query = parse(text)
      assert.deepEqual(parse(formatSearchQuery(query).toString()), query)
    }
  })

  for (const [text, why] of [
    ['lookback=nonsense&limit=-3&sort=sideways', 'values that mean nothing'],
    ['lookback=range', 'a range without a start'],
    ['lookback=millis&millis=x', 'milliseconds that are no number'],
  ] as const)
    test(`falls back to the defaults on ${why}`, () => {
      const query = parse(text)
      assert.deepEqual([query.lookback, query.limit, query.sort], ['15m', 10, 'newest'])
    })

  test('keeps a default time that is in no list', () => {
    const query = parseSearchQuery(new URLSearchParams(), { lookbackMs: 42_000, limit: 5 })
    assert.deepEqual([query.lookback, query.millisMs], ['millis', 42_000])
  })
})

describe('toApiParams', () => {
  test('asks what Lens asks', () => {
    assert.deepEqual(api(LENS), {
      serviceName: 'frontend',
      remoteServiceName: 'orders',
      spanName: 'get /orders/{id}',
      annotationQuery: 'http.status_code=200 and error',
      minDuration: '1000',
      maxDuration: '10000000',
      endTs: String(NOW_MS),
      lookback: '900000',
      limit: '20',
    })
  })

  test('adds the least minimum to a lone maximum, which the API refuses', () => {
    const { minDuration, maxDuration } = api('maxDuration=5ms')
    assert.deepEqual([minDuration, maxDuration], ['1', '5000'])
  })

  for (const [text, field] of [
    ['minDuration=soon', 'minDuration'],
    ['minDuration=10ms&maxDuration=1ms', 'maxDuration'],
    [`lookback=range&startTs=${NOW_MS}&endTs=${NOW_MS - 1}`, 'endTs'],
  ] as const)
    test(`names ${field} in ${text}`, () => {
      assert.deepEqual(Object.keys(toApiParams(parse(text), NOW_MS).problems), [field])
    })
})

describe('searchWindow', () => {
  test('ends now unless the URL says when', () => {
    assert.deepEqual(searchWindow(parse('lookback=1m'), NOW_MS), {
      startMs: NOW_MS - 60_000,
      endMs: NOW_MS,
    })
    assert.equal(searchWindow(parse('lookback=1m&endTs=5000000'), NOW_MS).endMs, 5_000_000)
  })
})

describe('listWidenings', () => {
  test('lets each filter go, then takes more time', () => {
    assert.deepEqual(
      listWidenings(parse('serviceName=orders&minDuration=10&lookback=1h')).map(
        ({ label }) => label,
      ),
      [
        'without service orders',
        'without minimum duration 10µs',
        'with the same filters in the last 1d',
        'with the same filters in the last 7d',
      ],
    )
  })

  test('has nothing to offer for everything in the longest time', () => {
    assert.deepEqual(listWidenings(parse('lookback=7d')), [])
  })

  test('drops the names of a service with the service', () => {
    const [first] = listFilters(parse('serviceName=orders&spanName=get'))
    assert.deepEqual([first?.without.serviceName, first?.without.spanName], ['', ''])
  })
})
