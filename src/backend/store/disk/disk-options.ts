import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import type { TraceStoreOptions } from '../contract.ts'
import type { FileLayer } from './file-layer.ts'
import type { ProcessTable } from './process-table.ts'

export interface DiskTraceStoreOptions extends TraceStoreOptions {
  readonly directory: string
  /** Segments whose newest span is older leave. */
  readonly retainMs: number
  /** Of all files; the oldest segments leave first. */
  readonly maxBytes: number
  /** A hot segment is sealed when it has as many. Absent = 32 768; tests take less. */
  readonly segmentSpans?: number
}

export interface DiskTraceStoreDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly processes: ProcessTable
  /** Absent = the file system. */
  readonly files?: FileLayer
  /** Told of each write and sync of the log. */
  readonly onSync?: (durationMs: number) => void
}
