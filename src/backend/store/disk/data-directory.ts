import { join } from 'node:path'
import { codeOf, Fault, messageOf } from '../../../base/fault.ts'
import type { Logger } from '../../../base/logger.ts'
import type { FileLayer } from './file-layer.ts'
import type { ProcessTable } from './process-table.ts'

const LOCK = 'lock'
const DIGITS = 8
const LOG = /^wal-(\d+)\.log$/
const INDEX = /^seg-(\d+)\.idx$/
const DATA = /^seg-(\d+)\.dat$/
const OURS_AS_DIRECTORY = /^(wal-\d+\.log|seg-\d+\.(idx|dat))\/$/

/** Names of the files, and who owns them. */
export interface DataDirectory {
  readonly path: string
  logPath(sequence: number): string
  indexPath(sequence: number): string
  dataPath(sequence: number): string
  unlock(): Promise<void>
}

export interface FoundFiles {
  /** Ascending. Logs whose segment is complete are gone already. */
  readonly logs: readonly number[]
  readonly segments: readonly number[]
}

/** @throws Fault `TRACE_STORE_DIRECTORY`, `TRACE_STORE_IN_USE` */
export async function openDataDirectory(
  path: string,
  files: FileLayer,
  processes: ProcessTable,
): Promise<DataDirectory> {
  try {
    await files.makeDirectory(path)
    await lock(join(path, LOCK), files, processes)
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault(
      'TRACE_STORE_DIRECTORY',
      `cannot write to the data directory ${path} (${messageOf(error)}); choose another with --data, make it writable, or use --memory`,
      { cause: error },
    )
  }
  const name = (prefix: string, sequence: number, suffix: string): string =>
    join(path, `${prefix}-${String(sequence).padStart(DIGITS, '0')}.${suffix}`)
  return {
    path,
    logPath: (sequence) => name('wal', sequence, 'log'),
    indexPath: (sequence) => name('seg', sequence, 'idx'),
    dataPath: (sequence) => name('seg', sequence, 'dat'),
    unlock: () => files.unlink(join(path, LOCK)),
  }
}

async function lock(path: string, files: FileLayer, { pid, isAlive }: ProcessTable): Promise<void> {
  for (const isRetry of [false, true]) {
    try {
      const file = await files.open(path, 'exclusive')
      try {
        await file.write([Buffer.from(`${pid}\n`)])
      } finally {
        await file.close()
      }
      return
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || isRetry) throw error
    }
    const owner = Number.parseInt((await files.readWhole(path)).toString(), 10)
    // Our own number means that it was written before a restart: a container's first process is always 1.
    if (Number.isInteger(owner) && owner !== pid && isAlive(owner))
      throw new Fault(
        'TRACE_STORE_IN_USE',
        `another backend (process ${owner}) uses this data directory; stop it, choose another with --data, or delete ${path} if that process is no backend`,
      )
    await files.unlink(path)
  }
}

/**
 * Removes what a crash left half done, and tells what is there.
 * @throws Fault `TRACE_STORE_DIRECTORY`
 */
export async function tidyDirectory(
  { path, logPath, dataPath }: DataDirectory,
  files: FileLayer,
  log: Logger,
): Promise<FoundFiles> {
  const names = await files.list(path)
  const stranger = names.find((name) => OURS_AS_DIRECTORY.test(name))
  if (stranger !== undefined)
    throw new Fault(
      'TRACE_STORE_DIRECTORY',
      `${join(path, stranger)} is a directory, where the store keeps a file; move it away, or choose another directory with --data`,
    )
  const numbers = (pattern: RegExp): number[] =>
    names
      .flatMap((name) => pattern.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b)
  const segments = new Set(numbers(INDEX))
  for (const name of names) if (name.endsWith('.tmp')) await files.unlink(join(path, name))
  // The index is renamed last: without it the log still holds everything.
  for (const sequence of numbers(DATA))
    if (!segments.has(sequence)) await files.unlink(dataPath(sequence))
  const logs: number[] = []
  for (const sequence of numbers(LOG)) {
    if (!segments.has(sequence)) logs.push(sequence)
    else {
      await files.unlink(logPath(sequence))
      log.info('removed a log that was sealed before the last stop', { sequence })
    }
  }
  return { logs, segments: [...segments] }
}
