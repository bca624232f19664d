import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { TraceStore } from '../../src/backend/store/contract.ts'
import { openDiskTraceStore } from '../../src/backend/store/disk/index.ts'
import { openMemoryTraceStore } from '../../src/backend/store/memory/index.ts'
import { createSystemClock } from '../../src/base/clock.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { encodeZipkinSpans } from '../../src/wire/zipkin-json.ts'
import { ZIPKIN_KINDS, type ZipkinSpan } from '../../src/wire/zipkin-span.ts'
import { batchOf, queryOf, START_US } from '../conformance/trace-store.ts'
import { createForgetfulFiles } from '../unit/backend/forgetful-files.ts'

const small = { noNullPrototype: true } as const
const few = (...texts: string[]) => fc.constantFrom(...texts)
const traceId = fc
  .tuple(fc.boolean(), fc.integer({ min: 1, max: 6 }))
  .map(([isLong, n]) => `${isLong ? 'c'.repeat(16) : ''}${String(n).padStart(16, '0')}`)
const spanId = fc.integer({ min: 1, max: 5 }).map((n) => String(n).padStart(16, '0'))
const span = fc
  .record(
    {
      traceId,
      id: spanId,
      parentId: spanId,
      kind: few(...ZIPKIN_KINDS),
      name: few('a', 'b', 'c'),
      timestamp: fc.integer({ min: 0, max: 2000 }).map((ms) => START_US + ms * 1000),
      duration: few('1', '50', '4000000000').map(Number),
      localEndpoint: few('shop', 'orders', 'db').map((serviceName) => ({ serviceName })),
      remoteEndpoint: few('orders', 'db').map((serviceName) => ({ serviceName })),
      annotations: few('error', 'x').map((value) => [{ timestamp: START_US, value }]),
      tags: fc.dictionary(few('error', 'k', 'x'), few('', '1', '2'), {
        ...small,
        minKeys: 1,
        maxKeys: 2,
      }),
      shared: fc.constant(true as const),
    },
    { ...small, requiredKeys: ['traceId', 'id'] },
  )
  .filter(
    ({ id, parentId, kind, shared }) => parentId !== id && !(shared && kind === 'CLIENT'),
  ) as fc.Arbitrary<ZipkinSpan>
const batches = fc.array(fc.array(span, { minLength: 1, maxLength: 4 }), { maxLength: 8 })
const query = fc
  .record(
    {
      serviceName: few('shop', 'orders', 'nobody'),
      remoteServiceName: few('orders', 'db'),
      spanName: few('a', 'b'),
      annotationQuery: few('error', 'k=1', 'k=1 and error', 'x', 'k', 'x and k=2'),
      minDurationUs: few('1', '51', '3000000000').map(Number),
      endTsMs: few('0', '500', '1500', '9000').map((ms) => START_US / 1000 + Number(ms)),
      lookbackMs: few('400', '20000').map(Number),
    },
    { ...small, requiredKeys: [] },
  )
  .map((fields) => queryOf({ ...fields, limit: 100 }))

/** As a set: order of spans, and of traces that start together, is nobody's promise. */
const asSet = (traces: readonly (readonly ZipkinSpan[])[]): string[] =>
  traces
    .map((trace) =>
      trace
        .map((one) => encodeZipkinSpans([one]))
        .sort()
        .join(),
    )
    .sort()

async function look(store: TraceStore, queries: readonly ReturnType<typeof queryOf>[]) {
  const searches: string[][] = []
  for (const one of queries) searches.push(asSet(await store.search(one)))
  const links = await store.dependencies(START_US / 1000 + 1000, 800)
  return {
    searches,
    links: links.map((link) => JSON.stringify(link)).sort(),
    services: await store.serviceNames(),
    names: await store.spanNames('shop'),
    remotes: await store.remoteServiceNames('shop'),
    values: await store.autocompleteValues('k'),
    spans: store.stats().spans,
  }
}

describe('the disk driver beside the memory driver, with anything', function () {
  this.timeout(60_000)
  for (const strictTraceId of [true, false])
    test(`gives the same answers from segments of any size, before and after a restart (strict: ${strictTraceId})`, async () => {
      await fc.assert(
        fc.asyncProperty(
          batches,
          fc.array(query, { minLength: 1, maxLength: 6 }),
          fc.integer({ min: 1, max: 12 }),
          async (list, queries, segmentSpans) => {
            const options = { strictTraceId, autocompleteKeys: ['k'] }
            const files = createForgetfulFiles()
            const openDisk = (layer: typeof files) =>
              openDiskTraceStore(
                { ...options, directory: '/d', retainMs: 1e13, maxBytes: 1e9, segmentSpans },
                {
                  clock: createSystemClock(),
                  log: silentLogger,
                  processes: { pid: 1, isAlive: () => false },
                  files: layer,
                },
              )
            await using memory = openMemoryTraceStore({ ...options, maxSpans: 1000 })
            const disk = await openDisk(files)
            for (const spans of list) {
              await memory.accept(batchOf(...spans))
              await disk.accept(batchOf(...spans))
            }
            const expected = await look(memory, queries)
            assert.deepEqual(await look(disk, queries), expected)
            await disk[Symbol.asyncDispose]()
            assert.deepEqual(await look(disk, queries), expected)
            await using again = await openDisk(files.cutPower())
            assert.deepEqual(await look(again, queries), expected)
          },
        ),
        { numRuns: 200 },
      )
    })
})
