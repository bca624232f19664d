import { codeOf, Fault } from '../../base/fault.ts'

/**
 * `SQLITE_REFUSED`: nothing was done. `SQLITE_LOCKED`: nothing either, since another process held the database.
 * `SQLITE_FULL`: nothing, for lack of room. `SQLITE_UNKNOWN`: the disk failed while it was being written to.
 */
export type SqliteFaultCode = 'SQLITE_REFUSED' | 'SQLITE_LOCKED' | 'SQLITE_FULL' | 'SQLITE_UNKNOWN'

const LOCKED = 'the database is locked: another process has written for longer than busyTimeout'
const DAMAGED =
  'the database is damaged: restore it from a copy, or save what is left with sqlite3 and .recover'

/** By the first word of SQLite's own code. Its texts may repeat names and values: they are not shown. */
const WORDS: Readonly<Record<string, readonly [SqliteFaultCode, string]>> = {
  BUSY: ['SQLITE_LOCKED', LOCKED],
  LOCKED: ['SQLITE_LOCKED', LOCKED],
  PROTOCOL: ['SQLITE_LOCKED', LOCKED],
  FULL: ['SQLITE_FULL', 'the disk of the database is full'],
  NOTADB: ['SQLITE_REFUSED', 'the file is no SQLite database: let connectionString name another'],
  CORRUPT: ['SQLITE_REFUSED', DAMAGED],
  READONLY: ['SQLITE_REFUSED', 'the database cannot be written: allow it the file and its folder'],
  PERM: ['SQLITE_REFUSED', 'the database cannot be written: allow it the file and its folder'],
  CANTOPEN: [
    'SQLITE_REFUSED',
    'the file of the database cannot be opened: is there its folder, and may this user write there?',
  ],
  IOERR: ['SQLITE_REFUSED', 'the disk of the database fails'],
  TOOBIG: ['SQLITE_REFUSED', 'it is larger than SQLite can keep'],
}

const BUSY = new Set(['BUSY', 'LOCKED', 'PROTOCOL'])

/** For example `BUSY` of `SQLITE_BUSY_SNAPSHOT`. The library gives no code to a failed opening; Node has its own, `EACCES`. */
function wordOf(error: unknown): string | undefined {
  const code = codeOf(error) ?? ''
  const isOpening = error instanceof Error && error.message.startsWith('ConnectionFailed')
  return isOpening || /^E[A-Z]+$/.test(code) ? 'CANTOPEN' : /^SQLITE_([A-Z]+)/.exec(code)?.[1]
}

/** Nothing was done, and the same may succeed in a moment. */
export function isBusy(error: unknown): boolean {
  return !(error instanceof Fault) && BUSY.has(wordOf(error) ?? '')
}

/** What the library threw, in our words. What is neither a fault nor SQLite's own stays as it is: a bug. */
export function sqliteFault(error: unknown): unknown {
  if (error instanceof Fault) return error
  const word = wordOf(error)
  if (word === undefined) return error
  const [code, message] = WORDS[word] ?? [
    'SQLITE_REFUSED',
    `SQLite refused a statement (${word}): is the file another program's?`,
  ]
  return new Fault(code, message, { retryable: code === 'SQLITE_LOCKED' })
}

/** The log may hold the whole transaction or not: who opens the file next will see. */
export function commitFault(error: unknown): unknown {
  const fault = sqliteFault(error)
  if (!(fault instanceof Fault) || fault.code !== 'SQLITE_REFUSED') return fault
  return new Fault('SQLITE_UNKNOWN', `${fault.message} while it was written`)
}
