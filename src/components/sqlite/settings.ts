import { fileURLToPath } from 'node:url'
import { type SettingsOf, settings } from '../index.ts'

/** Where a database lies and how it is opened, whatever is kept in it. Names and defaults are Dapr's. */
export const sqliteSettings = {
  connectionString: settings.needed(
    'Path of the file, made if it is missing; or a `file:` URI; or `:memory:`.',
  ),
  timeout: settings.seconds('Longest time that an operation may take, waiting included.', '20s'),
  timeoutInSeconds: settings.seconds('Another name of `timeout`. 0: not given.', '0s'),
  busyTimeout: settings.seconds(
    'Longest wait while another process writes; `timeout` bounds it too.',
    '2s',
  ),
  disableWAL: settings.flag(
    'Keep a rollback journal instead of a write-ahead log, as a network file system needs.',
    false,
  ),
} as const

export type SqliteSettings = SettingsOf<typeof sqliteSettings>

export interface SqlitePlace {
  /** As the library takes it. */
  readonly target: string
  /** Absent for a database in memory. */
  readonly file: string | undefined
}

const SCHEME = /^[a-z][a-z0-9+.-]+:/i

/** @returns undefined for what is no place on this machine: the library would connect to a server. */
export function placeOf(connectionString: string): SqlitePlace | undefined {
  const target = connectionString.trim()
  if (/^(file:)?:memory:/i.test(target)) return { target: ':memory:', file: undefined }
  if (!SCHEME.test(target)) return { target, file: target }
  if (!/^file:/i.test(target)) return undefined
  const [path = ''] = target.slice('file:'.length).split(/[?#]/)
  if (path === '') return undefined
  try {
    return {
      target,
      file: path.startsWith('//') ? fileURLToPath(`file:${path}`) : decodeURIComponent(path),
    }
  } catch {
    return undefined
  }
}

/** Names of tables stand in statements as they are. */
export const isIdentifier = (name: string): boolean => /^\w{1,63}$/.test(name)
