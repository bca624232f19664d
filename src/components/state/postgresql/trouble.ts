import { DatabaseError } from 'pg'
import { codeOf, Fault } from '../../../base/fault.ts'

/**
 * `POSTGRES_REFUSED`: the server answered that it has not done it. `POSTGRES_OFFLINE`: it was never sent.
 * `POSTGRES_LOST`: it was sent, and no answer came; it may have been done. Only transient ones are `retryable`.
 */
export type PostgresFaultCode = 'POSTGRES_REFUSED' | 'POSTGRES_OFFLINE' | 'POSTGRES_LOST'

interface Refusal {
  readonly message: string
  /** It may pass without anyone changing a setting. */
  readonly passes?: true
}

const LOGIN = 'PostgreSQL refused the user or the password: check both, and its pg_hba.conf'

/** By SQLSTATE. The server's own words may repeat keys and values: they are not shown. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  '28P01': { message: LOGIN },
  '28000': { message: LOGIN },
  '3D000': { message: 'PostgreSQL has no such database' },
  '3F000': { message: 'PostgreSQL has no such schema: see tablePrefix and metadataTableName' },
  '42501': { message: 'the PostgreSQL user lacks a permission: let it create and use the tables' },
  '42P01': { message: 'the table is gone: start the sidecar again and it is made anew' },
  '42703': { message: 'the table has other columns than version v2 has: see tablePrefix' },
  '25006': { message: 'this PostgreSQL is read-only: name the primary', passes: true },
  '53100': { message: 'the disk of PostgreSQL is full', passes: true },
  '53200': { message: 'PostgreSQL has no memory left', passes: true },
  '53300': { message: 'PostgreSQL has no connection left: see maxConns', passes: true },
  '54000': { message: 'the key is longer than PostgreSQL can index' },
  '57P03': { message: 'PostgreSQL is starting or stopping', passes: true },
  '40001': { message: 'PostgreSQL chose another transaction over this one', passes: true },
  '40P01': { message: 'PostgreSQL ended a deadlock with this transaction', passes: true },
  // Two sidecars made the same table at once.
  '23505': { message: 'another program made the same row or table at once', passes: true },
  '42P07': { message: 'another program made the same row or table at once', passes: true },
}

/** The server ends the connection, whatever was under way. */
const ENDED = /^(57P01|57P02|57P04|57P05|08...)$/
/** OpenSSL's and Node's codes for a certificate that will not do. */
const UNTRUSTED = /CERT|SELF_SIGNED|ALTNAME/
const NO_TLS = /does not support SSL/

/** What the library threw, in our words: no secret, no key, no value. `wasSent`: whether the server may have it. */
export function postgresFault(error: unknown, wasSent: boolean): Fault {
  if (error instanceof Fault) return error
  if (error instanceof DatabaseError && !ENDED.test(error.code ?? '')) {
    const state = error.code ?? 'unknown'
    const refusal = REFUSALS[state]
    return new Fault(
      'POSTGRES_REFUSED',
      refusal?.message ?? `PostgreSQL refused a statement (${state}): see its log`,
      { retryable: refusal?.passes === true },
    )
  }
  return new Fault(wasSent ? 'POSTGRES_LOST' : 'POSTGRES_OFFLINE', wordsOf(error), {
    retryable: true,
  })
}

/** Whether these credentials, this certificate or this database will never do. */
export function isHopeless(error: unknown): boolean {
  if (UNTRUSTED.test(codeOf(error) ?? '') || isWithoutTls(error)) return true
  return error instanceof DatabaseError && REFUSALS[error.code ?? '']?.passes !== true
}

/** The server takes no encrypted connection. */
export const isWithoutTls = (error: unknown): boolean =>
  error instanceof Error && NO_TLS.test(error.message)

function wordsOf(error: unknown): string {
  if (isWithoutTls(error)) return 'this PostgreSQL takes no encrypted connection: see sslmode'
  const code = codeOf(error)
  if (code !== undefined && UNTRUSTED.test(code))
    return `the certificate of PostgreSQL is not trusted (${code}): see sslRootCert`
  return `the connection to PostgreSQL broke (${code ?? 'closed'})`
}
