import type { Clock } from '../../../base/clock.ts'
import { codeOf, Fault, messageOf } from '../../../base/fault.ts'
import type { Logger } from '../../../base/logger.ts'
import type { FileHandle } from './file-layer.ts'
import { encodeLogEntry, logEntryBytes } from './log-file.ts'

/** What goes into the log. */
interface Logged {
  readonly body: Uint8Array
}

export interface GroupCommitOptions<Batch extends Logged> {
  readonly clock: Clock
  /** The directory, for messages. */
  readonly directory: string
  /** Called once for each batch that is safe, in order, before its waiter is told. */
  readonly onSafe: (batch: Batch) => void
  /** Called between two commits, when nothing is being written. */
  readonly onPause: (() => Promise<void>) | undefined
  readonly onSync: ((durationMs: number) => void) | undefined
  readonly log: Logger
}

interface Waiting<Batch> {
  readonly batch: Batch
  resolve(): void
  reject(fault: Fault): void
}

/** Bytes that may wait for the disk. */
const MAX_WAITING_BYTES = 64 * 1024 ** 2
const MAX_COMMIT_BYTES = 16 * 1024 ** 2

/**
 * Writes batches to the log. While one write and sync is on its way, others gather, and go together with
 * the next. Nobody is told before the sync has returned.
 */
export class GroupCommit<Batch extends Logged> {
  readonly #options: GroupCommitOptions<Batch>
  #file: FileHandle
  /** What is safe. */
  #fileBytes: number
  #queue: Waiting<Batch>[] = []
  #waitingBytes = 0
  #running: Promise<void> | undefined
  #broken: Fault | undefined
  #closed = false
  /** Why the last write did not succeed, although the next one may. */
  #refusal: string | undefined

  constructor(file: FileHandle, fileBytes: number, options: GroupCommitOptions<Batch>) {
    this.#file = file
    this.#fileBytes = fileBytes
    this.#options = options
  }

  get fileBytes(): number {
    return this.#fileBytes
  }

  get file(): FileHandle {
    return this.#file
  }

  get problem(): string | undefined {
    return this.#broken?.message ?? this.#refusal
  }

  /** From now on a new, empty log. Only from `onPause`. */
  switchTo(file: FileHandle): void {
    this.#file = file
    this.#fileBytes = 0
  }

  /** @throws Fault `TRACE_STORE_OVERLOADED`, `TRACE_STORE_DISK_FULL`, `TRACE_STORE_BROKEN` */
  append(batch: Batch): Promise<void> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken)
    if (this.#closed)
      return Promise.reject(new Fault('TRACE_STORE_BROKEN', 'the trace store is closed'))
    const bytes = logEntryBytes(batch.body)
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > MAX_WAITING_BYTES)
      return Promise.reject(
        new Fault(
          'TRACE_STORE_OVERLOADED',
          `${this.#waitingBytes} bytes wait to be written; try again, or send less`,
          { retryable: true },
        ),
      )
    this.#waitingBytes += bytes
    const safe = new Promise<void>((resolve, reject) => {
      this.#queue.push({ batch, resolve, reject })
    })
    this.#running ??= this.#run()
    return safe
  }

  /** Runs `work` when nothing is being written, and keeps writers waiting until it is done. */
  async pause(work: () => Promise<void>): Promise<void> {
    while (this.#running !== undefined) await this.#running
    this.#running = work().finally(() => {
      this.#running = undefined
      if (this.#queue.length > 0) this.#running ??= this.#run()
    })
    await this.#running
  }

  /** Accepts nothing more; what waits is still written. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#running !== undefined) await this.#running
    await this.#file.close()
  }

  async #run(): Promise<void> {
    // So that `#running` is set before the first commit looks at anything.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      await this.#commit(this.#takeGroup())
      await this.#options.onPause?.()
    }
    this.#running = undefined
  }

  #takeGroup(): Waiting<Batch>[] {
    let bytes = 0
    let count = 0
    for (const { batch } of this.#queue) {
      bytes += logEntryBytes(batch.body)
      if (count > 0 && bytes > MAX_COMMIT_BYTES) break
      count++
    }
    return this.#queue.splice(0, count)
  }

  async #commit(group: readonly Waiting<Batch>[]): Promise<void> {
    const { clock, onSafe, onSync } = this.#options
    const bytes = group.reduce((sum, { batch }) => sum + logEntryBytes(batch.body), 0)
    const startMs = clock.elapsedMs()
    try {
      await this.#write(group)
      this.#fileBytes += bytes
      onSync?.(clock.elapsedMs() - startMs)
      for (const { batch, resolve } of group) {
        onSafe(batch)
        resolve()
      }
    } catch (error) {
      const fault = error instanceof Fault ? error : this.#break('the log', error)
      for (const { reject } of group) reject(fault)
    } finally {
      this.#waitingBytes -= bytes
    }
  }

  async #write(group: readonly Waiting<Batch>[]): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken
    try {
      await this.#file.write(group.flatMap(({ batch }) => encodeLogEntry(batch.body)))
    } catch (error) {
      await this.#takeBack()
      const reason = describeFull(this.#options.directory, error)
      if (reason === undefined) throw this.#break('a write', error)
      // Once, not for each batch that is refused meanwhile.
      if (this.#refusal === undefined) this.#options.log.error(`traces are refused: ${reason}`)
      this.#refusal = reason
      throw new Fault('TRACE_STORE_DISK_FULL', reason, { cause: error, retryable: true })
    }
    try {
      await this.#file.sync()
    } catch (error) {
      // The kernel may have dropped the pages: what the file holds now is unknown, a second sync would lie.
      throw this.#break('a sync', error)
    }
    if (this.#refusal === undefined) return
    this.#refusal = undefined
    const { directory, log } = this.#options
    log.info('traces are accepted again: the disk has room', { directory })
  }

  /** Half a batch must not stay in the log: a later one would follow it and be cut off with it. */
  async #takeBack(): Promise<void> {
    try {
      await this.#file.truncate(this.#fileBytes)
    } catch (error) {
      throw this.#break('taking back a failed write', error)
    }
  }

  #break(what: string, cause: unknown): Fault {
    this.#broken ??= new Fault(
      'TRACE_STORE_BROKEN',
      `${what} in ${this.#options.directory} failed (${messageOf(cause)}); nothing is accepted any more; check the disk and start the backend again`,
      { cause },
    )
    for (const { batch, reject } of this.#queue.splice(0)) {
      this.#waitingBytes -= logEntryBytes(batch.body)
      reject(this.#broken)
    }
    return this.#broken
  }
}

const FULL: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file may not grow',
}

const describeFull = (directory: string, error: unknown): string | undefined => {
  const reason = FULL[codeOf(error) ?? '']
  return reason === undefined
    ? undefined
    : `${reason} for ${directory}; free some space or lower the size limit; nothing of this batch is stored`
}
