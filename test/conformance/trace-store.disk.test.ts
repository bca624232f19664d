import type { TraceStore, TraceStoreOptions } from '../../src/backend/store/contract.ts'
import { openDiskTraceStore } from '../../src/backend/store/disk/index.ts'
import { createSystemClock } from '../../src/base/clock.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { describeTraceStore } from './trace-store.ts'

const HOUR_MS = 3_600_000
const processes = { pid: 1, isAlive: () => false }

/** The store with its directory, which goes when it is disposed. */
async function openInTemporary(
  options: TraceStoreOptions,
  segmentSpans: number,
): Promise<TraceStore> {
  const directory = await temporaryDirectory()
  const store = await openDiskTraceStore(
    {
      ...options,
      directory: directory.path,
      retainMs: 24 * 365 * 100 * HOUR_MS,
      maxBytes: 500_000,
      segmentSpans,
    },
    { clock: createSystemClock(), log: silentLogger, processes },
  )
  const close = store[Symbol.asyncDispose].bind(store)
  store[Symbol.asyncDispose] = async () => {
    await close()
    await directory[Symbol.asyncDispose]()
  }
  return store
}

describeTraceStore('the disk driver, all in the hot segment,', (options) =>
  openInTemporary(options, 1_000_000),
)

describeTraceStore('the disk driver, a segment for each batch,', (options) =>
  openInTemporary(options, 1),
)
