import assert from 'node:assert/strict'
import { parseAnnotationQuery, type TraceQuery } from '../../src/backend/query/trace-query.ts'
import type { TraceStore, TraceStoreOptions } from '../../src/backend/store/contract.ts'
import { codeOf } from '../../src/base/fault.ts'
import { encodeZipkinSpans } from '../../src/wire/zipkin-json.ts'
import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'

type Reason = string
export type OpenTraceStore = (options: TraceStoreOptions) => Promise<TraceStore>

/** 2026-01-01T00:00:00Z, and the hour in which all spans of the suite lie. */
export const START_US = 1_767_225_600_000_000
const END_MS = START_US / 1000 + 3_600_000

export const batchOf = (...spans: ZipkinSpan[]) => ({
  spans,
  body: Buffer.from(encodeZipkinSpans(spans)),
})

/** A span that matters in `fields` only. `n` gives ids and, in ms after the start, the time. */
export const spanOf = (trace: number, n: number, fields: Partial<ZipkinSpan> = {}): ZipkinSpan => ({
  traceId: `${'a'.repeat(16)}${trace.toString(16).padStart(16, '0')}`,
  id: `b${n.toString(16).padStart(15, '0')}`,
  timestamp: START_US + (trace * 100 + n) * 1000,
  duration: 1000,
  localEndpoint: { serviceName: 'shop' },
  ...fields,
})

export const queryOf = (fields: Partial<TraceQuery> & { annotationQuery?: string } = {}) => {
  const { annotationQuery = '', ...rest } = fields
  return {
    serviceName: undefined,
    remoteServiceName: undefined,
    spanName: undefined,
    annotations: parseAnnotationQuery(annotationQuery),
    minDurationUs: undefined,
    maxDurationUs: undefined,
    endTsMs: END_MS,
    lookbackMs: 3_600_000,
    limit: 10,
    ...rest,
  }
}

const byId = (a: ZipkinSpan, b: ZipkinSpan): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
const sorted = (spans: readonly ZipkinSpan[] | undefined) => [...(spans ?? [])].sort(byId)

/**
 * What every trace store does. `open` gives an empty store; the suite disposes it.
 */
export function describeTraceStore(
  name: string,
  open: OpenTraceStore,
  { skip = {} }: { skip?: Record<string, Reason> } = {},
): void {
  const usual: TraceStoreOptions = { strictTraceId: true, autocompleteKeys: ['env', 'http.method'] }
  const check = (
    title: string,
    run: (store: TraceStore) => Promise<void>,
    options: Partial<TraceStoreOptions> = {},
  ): void => {
    const reason = skip[title]
    test(reason === undefined ? title : `${title} (skipped: ${reason})`, async function () {
      if (reason !== undefined) this.skip()
      await using store = await open({ ...usual, ...options })
      await run(store)
    })
  }
  const idsFound = async (store: TraceStore, fields: Parameters<typeof queryOf>[0]) =>
    (await store.search(queryOf(fields))).map((trace) => trace[0]?.traceId.slice(-2))

  describe(`${name} as a trace store`, () => {
    describe('traces by id', () => {
      check('gives a trace back as it came', async (store) => {
        const spans = [
          spanOf(1, 1, {
            name: 'get /',
            kind: 'SERVER',
            localEndpoint: { serviceName: 'shop', ipv4: '1.2.3.4', ipv6: '2001:db8::1', port: 80 },
            remoteEndpoint: { serviceName: 'bröwser "x"' },
            annotations: [{ timestamp: START_US + 1, value: 'wörk\n' }],
            tags: { '10': 'a', '9': 'b', error: '', 'http.path': '/"\\\u2028' },
            debug: true,
          }),
          spanOf(1, 2, { parentId: '0000000000000001', shared: true, kind: 'SERVER' }),
        ]
        await store.accept(batchOf(...spans))
        assert.deepEqual(sorted(await store.getTrace(spanOf(1, 1).traceId)), spans)
      })
      check('joins what comes in several batches', async (store) => {
        for (const n of [3, 1, 2]) await store.accept(batchOf(spanOf(1, n), spanOf(2, n)))
        const trace = await store.getTrace(spanOf(1, 1).traceId)
        assert.deepEqual(sorted(trace), [spanOf(1, 1), spanOf(1, 2), spanOf(1, 3)])
      })
      check('gives equal spans once and different ones of one id twice', async (store) => {
        const span = spanOf(1, 1)
        const other = spanOf(1, 1, { tags: { late: 'yes' } })
        await store.accept(batchOf(span, span))
        await store.accept(batchOf(span, other))
        assert.equal((await store.getTrace(span.traceId))?.length, 2)
      })
      check('knows nothing of a trace that never came', async (store) => {
        assert.equal(await store.getTrace(spanOf(1, 1).traceId), undefined)
        await store.accept(batchOf())
        assert.equal(await store.getTrace(spanOf(1, 1).traceId), undefined)
      })
      check('gives those of many traces that exist', async (store) => {
        await store.accept(batchOf(spanOf(1, 1), spanOf(2, 1), spanOf(3, 1)))
        const ids = [3, 1, 9].map((trace) => spanOf(trace, 1).traceId)
        const traces = await store.getTraces(ids)
        assert.deepEqual(traces.map((trace) => trace[0]?.traceId).sort(), [ids[1], ids[0]])
      })
      check('tells traces apart by their whole id when strict', async (store) => {
        const long = spanOf(1, 1)
        const short = { ...spanOf(1, 2), traceId: long.traceId.slice(16) }
        await store.accept(batchOf(long, short))
        assert.deepEqual(await store.getTrace(long.traceId), [long])
        assert.deepEqual(await store.getTrace(short.traceId), [short])
        assert.equal((await store.search(queryOf())).length, 2)
      })
      check(
        'joins long and short ids when not strict',
        async (store) => {
          const long = spanOf(1, 1, { localEndpoint: { serviceName: 'a' } })
          const short = { ...spanOf(1, 2, { name: 'x' }), traceId: long.traceId.slice(16) }
          await store.accept(batchOf(long))
          await store.accept(batchOf(short))
          assert.deepEqual(sorted(await store.getTrace(long.traceId)), [long, short])
          assert.deepEqual(sorted(await store.getTrace(short.traceId)), [long, short])
          assert.equal((await store.getTraces([long.traceId, short.traceId])).length, 1)
          const [found, ...rest] = await store.search(queryOf({ serviceName: 'a' }))
          assert.deepEqual([sorted(found), rest], [[long, short], []])
        },
        { strictTraceId: false },
      )
    })

    describe('search', () => {
      check('is empty for an empty store', async (store) => {
        assert.deepEqual(await store.search(queryOf()), [])
      })
      check('gives the newest first and no more than the limit', async (store) => {
        for (const trace of [2, 5, 1, 4, 3]) await store.accept(batchOf(spanOf(trace, 1)))
        assert.deepEqual(await idsFound(store, { limit: 3 }), ['05', '04', '03'])
        assert.equal((await store.search(queryOf({ limit: 100 }))).length, 5)
      })
      check('gives whole traces', async (store) => {
        await store.accept(
          batchOf(spanOf(1, 1), spanOf(1, 2, { localEndpoint: { serviceName: 'orders' } })),
        )
        const [found] = await store.search(queryOf({ serviceName: 'orders' }))
        assert.equal(found?.length, 2)
      })
      check('keeps both ends of the window', async (store) => {
        await store.accept(batchOf(spanOf(1, 0)))
        const atMs = START_US / 1000 + 100
        assert.deepEqual(await idsFound(store, { endTsMs: atMs, lookbackMs: 1 }), ['01'])
        assert.deepEqual(await idsFound(store, { endTsMs: atMs + 5, lookbackMs: 5 }), ['01'])
        assert.deepEqual(await idsFound(store, { endTsMs: atMs - 1, lookbackMs: 5 }), [])
        assert.deepEqual(await idsFound(store, { endTsMs: atMs + 6, lookbackMs: 5 }), [])
      })
      check('takes the time of a trace from its root, else from its first span', async (store) => {
        const parentId = '000000000000000f'
        await store.accept(
          batchOf(
            spanOf(1, 5, { parentId, timestamp: START_US }),
            spanOf(1, 1, { timestamp: START_US + 60_000_000 }),
            spanOf(2, 1, { parentId, timestamp: START_US + 60_000_000 }),
            spanOf(2, 2, { parentId, timestamp: START_US }),
          ),
        )
        const endTsMs = START_US / 1000 + 1000
        assert.deepEqual(await idsFound(store, { endTsMs, lookbackMs: 2000 }), ['02'])
      })
      check('never finds a trace without a timestamp', async (store) => {
        const { timestamp: _, ...timeless } = spanOf(1, 1)
        await store.accept(batchOf(timeless))
        assert.deepEqual(await store.search(queryOf()), [])
        assert.equal((await store.getTrace(timeless.traceId))?.length, 1)
      })
      check('asks for service, name and remote service', async (store) => {
        const orders = { localEndpoint: { serviceName: 'orders' } }
        await store.accept(
          batchOf(
            spanOf(1, 1, { name: 'get /', remoteEndpoint: { serviceName: 'db' } }),
            spanOf(2, 1, { ...orders, name: 'get /' }),
            spanOf(3, 1, { ...orders, name: 'post /', remoteEndpoint: { serviceName: 'db' } }),
            spanOf(4, 1, { name: 'get /' }),
            spanOf(4, 2, { ...orders, name: 'put /' }),
          ),
        )
        assert.deepEqual(await idsFound(store, { serviceName: 'orders' }), ['04', '03', '02'])
        assert.deepEqual(await idsFound(store, { spanName: 'get /' }), ['04', '02', '01'])
        assert.deepEqual(await idsFound(store, { remoteServiceName: 'db' }), ['03', '01'])
        assert.deepEqual(await idsFound(store, { serviceName: 'orders', spanName: 'get /' }), [
          '02',
        ])
        assert.deepEqual(await idsFound(store, { serviceName: 'nobody' }), [])
        assert.deepEqual(await idsFound(store, { spanName: 'nothing' }), [])
      })
      check('lets different spans of one service meet different conditions', async (store) => {
        await store.accept(batchOf(spanOf(1, 1, { name: 'a' }), spanOf(1, 2, { tags: { k: 'v' } })))
        const fields = { serviceName: 'shop', spanName: 'a', annotationQuery: 'k=v' }
        assert.deepEqual(await idsFound(store, fields), ['01'])
      })
      check('lets only spans of the asked service meet conditions', async (store) => {
        await store.accept(
          batchOf(
            spanOf(1, 1),
            spanOf(1, 2, {
              localEndpoint: { serviceName: 'orders' },
              duration: 9000,
              tags: { k: 'v' },
            }),
          ),
        )
        assert.deepEqual(await idsFound(store, { serviceName: 'shop', annotationQuery: 'k=v' }), [])
        assert.deepEqual(await idsFound(store, { serviceName: 'shop', minDurationUs: 5000 }), [])
        assert.deepEqual(await idsFound(store, { annotationQuery: 'k=v', minDurationUs: 5000 }), [
          '01',
        ])
      })
      check('compares the duration of single spans', async (store) => {
        const hour = 3_600_000_000
        await store.accept(
          batchOf(
            spanOf(1, 1, { duration: 100 }),
            spanOf(2, 1, { duration: 200 }),
            spanOf(3, 1, { duration: 300 }),
            spanOf(4, 1, { duration: hour }),
          ),
        )
        assert.deepEqual(await idsFound(store, { minDurationUs: 200 }), ['04', '03', '02'])
        assert.deepEqual(await idsFound(store, { minDurationUs: 101, maxDurationUs: 200 }), ['02'])
        assert.deepEqual(await idsFound(store, { minDurationUs: hour }), ['04'])
        assert.deepEqual(await idsFound(store, { minDurationUs: hour + 1 }), [])
        assert.deepEqual(
          await idsFound(store, { minDurationUs: 1000, maxDurationUs: hour - 1 }),
          [],
        )
      })
      check('asks for tags and annotations', async (store) => {
        await store.accept(
          batchOf(
            spanOf(1, 1, { tags: { error: 'boom', code: '500' } }),
            spanOf(2, 1, { annotations: [{ timestamp: START_US, value: 'error' }] }),
            spanOf(3, 1, { tags: { error: '' } }),
            spanOf(4, 1, { tags: { code: '200', boom: 'error' } }),
          ),
        )
        assert.deepEqual(await idsFound(store, { annotationQuery: 'error' }), ['03', '02', '01'])
        assert.deepEqual(await idsFound(store, { annotationQuery: 'error=boom' }), ['01'])
        assert.deepEqual(await idsFound(store, { annotationQuery: 'code=500 and error' }), ['01'])
        assert.deepEqual(await idsFound(store, { annotationQuery: 'code=404' }), [])
        assert.deepEqual(await idsFound(store, { annotationQuery: 'nothing' }), [])
        const many = Array.from({ length: 60 }, (_, n) => `t${n}=x`).join(' and ')
        assert.deepEqual(await idsFound(store, { annotationQuery: many }), [])
      })
    })

    describe('names', () => {
      check('lists services, their spans and whom they call, sorted', async (store) => {
        const orders = { localEndpoint: { serviceName: 'orders' } }
        await store.accept(
          batchOf(
            spanOf(1, 1, { name: 'z', remoteEndpoint: { serviceName: 'orders' } }),
            spanOf(1, 2, { name: 'a', remoteEndpoint: { serviceName: 'db' } }),
            spanOf(1, 3, { ...orders, name: 'b' }),
            spanOf(2, 1, { name: 'a' }),
          ),
        )
        assert.deepEqual(await store.serviceNames(), ['orders', 'shop'])
        assert.deepEqual(await store.spanNames('shop'), ['a', 'z'])
        assert.deepEqual(await store.remoteServiceNames('shop'), ['db', 'orders'])
        assert.deepEqual(await store.remoteServiceNames('orders'), [])
        assert.deepEqual(await store.spanNames('nobody'), [])
      })
      check('lists values of the tags it was told to', async (store) => {
        await store.accept(
          batchOf(
            spanOf(1, 1, { tags: { env: 'prod', other: 'x' } }),
            spanOf(1, 2, { tags: { env: 'dev' } }),
          ),
        )
        assert.deepEqual(await store.autocompleteValues('env'), ['dev', 'prod'])
        assert.deepEqual(await store.autocompleteValues('http.method'), [])
        assert.deepEqual(await store.autocompleteValues('other'), [])
      })
    })

    describe('dependencies', () => {
      const endTsMs = END_MS
      check('counts each call once, from both its sides', async (store) => {
        const rpc = (trace: number, error: boolean): ZipkinSpan[] => [
          spanOf(trace, 1, { kind: 'SERVER' }),
          spanOf(trace, 2, {
            kind: 'CLIENT',
            parentId: spanOf(trace, 1).id,
            remoteEndpoint: { serviceName: 'orders' },
          }),
          spanOf(trace, 3, {
            kind: 'SERVER',
            parentId: spanOf(trace, 2).id,
            localEndpoint: { serviceName: 'orders' },
            ...(error ? { tags: { error: '500' } } : {}),
          }),
        ]
        await store.accept(batchOf(...rpc(1, false)))
        for (const span of rpc(2, true)) await store.accept(batchOf(span))
        assert.deepEqual(await store.dependencies(endTsMs, 3_600_000), [
          { parent: 'shop', child: 'orders', callCount: 2, errorCount: 1 },
        ])
      })
      check('leaves out what lies outside the window', async (store) => {
        const call = { kind: 'CLIENT', remoteEndpoint: { serviceName: 'db' } } as const
        await store.accept(batchOf(spanOf(1, 1, call), spanOf(200, 1, call)))
        const [link] = await store.dependencies(START_US / 1000 + 1000, 2000)
        assert.deepEqual(link, { parent: 'shop', child: 'db', callCount: 1 })
        assert.deepEqual(await store.dependencies(START_US / 1000 - 1000, 2000), [])
      })
      check('takes long and short forms of one id for one trace', async (store) => {
        const client = spanOf(1, 1, { kind: 'CLIENT', remoteEndpoint: { serviceName: 'x' } })
        const server = {
          ...spanOf(1, 2, {
            kind: 'SERVER',
            parentId: client.id,
            localEndpoint: { serviceName: 'orders' },
          }),
          traceId: client.traceId.slice(16),
        }
        await store.accept(batchOf(client, server))
        assert.deepEqual(await store.dependencies(endTsMs, 3_600_000), [
          { parent: 'shop', child: 'orders', callCount: 1 },
        ])
      })
    })

    describe('bounds', () => {
      check('counts its spans', async (store) => {
        assert.equal(store.stats().spans, 0)
        await store.accept(batchOf(spanOf(1, 1), spanOf(1, 2)))
        assert.equal(store.stats().spans, 2)
        assert.deepEqual(store.health(), { isUp: true })
      })
      check('is empty after clear and takes spans again', async (store) => {
        await store.accept(batchOf(spanOf(1, 1, { tags: { env: 'prod' } })))
        await store.clear()
        assert.equal(store.stats().spans, 0)
        assert.deepEqual(await store.search(queryOf()), [])
        assert.deepEqual(await store.serviceNames(), [])
        assert.deepEqual(await store.autocompleteValues('env'), [])
        assert.equal(await store.getTrace(spanOf(1, 1).traceId), undefined)
        await store.accept(batchOf(spanOf(2, 1)))
        assert.deepEqual(await idsFound(store, {}), ['02'])
      })
      check('refuses a batch that would cost what is stored, and keeps it', async (store) => {
        await store.accept(batchOf(spanOf(1, 1)))
        const flood = Array.from({ length: 3001 }, (_, n) => spanOf(n + 10, 1))
        await assert.rejects(
          () => store.accept(batchOf(...flood)),
          (error) => codeOf(error) === 'TRACE_STORE_FULL',
        )
        assert.equal(store.stats().spans, 1)
        assert.equal((await store.getTrace(spanOf(1, 1).traceId))?.length, 1)
      })
    })
  })
}
