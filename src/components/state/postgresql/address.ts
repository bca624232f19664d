import type { SettingsOf } from '../../index.ts'
import type { postgresSettings } from './settings.ts'

export type SslMode = (typeof SSL_MODES)[number]

/** Where a PostgreSQL is, and as whom. What is absent is the library's to choose. */
export interface PostgresAddress {
  readonly host: string
  readonly hostaddr: string | undefined
  readonly port: number
  readonly user: string | undefined
  readonly password: string | undefined
  readonly database: string | undefined
  readonly sslMode: SslMode
  /** Files. */
  readonly sslRootCert: string | undefined
  readonly sslCert: string | undefined
  readonly sslKey: string | undefined
  readonly connectTimeoutMs: number | undefined
  /** Of the session, for example `search_path`. */
  readonly parameters: Readonly<Record<string, string>>
}

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
const KNOWN = new Set(
  'host hostaddr port user password dbname sslmode sslrootcert sslcert sslkey connect_timeout'.split(
    ' ',
  ),
)
/** Of libpq and of pgx' pool: they say nothing that the server would know. */
const PASSED_OVER =
  /^(pool_|default_query_exec_mode|statement_cache|description_cache|passfile|service|sslinline|sslpassword|sslsni|krb|gss|target_session_attrs|fallback_application_name)/
const PAIR = /\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?:\s+|$)/y

/** @returns undefined where the settings name no server; the text may hold a password and is never repeated */
export function addressOf(
  settings: SettingsOf<typeof postgresSettings>,
): PostgresAddress | undefined {
  const said = readConnectionString(settings.connectionString)
  if (said === undefined) return undefined
  const own = { ...settings, dbname: settings.database, sslrootcert: settings.sslRootCert }
  const get = (name: keyof typeof own | string): string | undefined =>
    (Object.hasOwn(own, name) ? String(own[name as keyof typeof own]) : '') ||
    said.get(name) ||
    undefined
  const host = get('host') ?? get('hostaddr') ?? 'localhost'
  const port = Number(get('port') ?? 5432)
  const sslMode = SSL_MODES.find((mode) => mode === (said.get('sslmode') ?? 'prefer'))
  const connectTimeoutMs = Number(said.get('connect_timeout') ?? 0) * 1000
  const isSound = Number.isInteger(port) && port >= 1 && port <= 65_535 && !host.includes(',')
  if (!isSound || sslMode === undefined || Number.isNaN(connectTimeoutMs)) return undefined
  return {
    host,
    hostaddr: get('hostaddr'),
    port,
    user: get('user'),
    password: get('password'),
    database: get('dbname'),
    sslMode,
    sslRootCert: get('sslrootcert'),
    sslCert: said.get('sslcert'),
    sslKey: said.get('sslkey'),
    connectTimeoutMs: connectTimeoutMs || undefined,
    parameters: Object.fromEntries(
      [...said].filter(([name]) => !KNOWN.has(name) && !PASSED_OVER.test(name)),
    ),
  }
}

function readConnectionString(text: string): ReadonlyMap<string, string> | undefined {
  const isUrl = /^postgres(ql)?:\/\//i.test(text.trim())
  const pairs = isUrl ? readUrl(text.trim()) : readPairs(text.trim())
  return (
    pairs && new Map(pairs.map(([name, value]) => [name === 'database' ? 'dbname' : name, value]))
  )
}

function readUrl(text: string): [string, string][] | undefined {
  try {
    const url = new URL(text)
    const named = {
      host: decodeURIComponent(url.hostname).replace(/^\[|\]$/g, ''),
      port: url.port,
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      dbname: decodeURIComponent(url.pathname.slice(1)),
    }
    return [...Object.entries(named).filter(([, value]) => value !== ''), ...url.searchParams]
  } catch {
    return undefined
  }
}

/** libpq's form: `name=value`, `name='with spaces'`, a backslash before what stands for itself. */
function readPairs(text: string): [string, string][] | undefined {
  const pairs: [string, string][] = []
  PAIR.lastIndex = 0
  while (PAIR.lastIndex < text.length) {
    const found = PAIR.exec(text)
    if (found === null) return undefined
    const [, name = '', quoted, plain = ''] = found
    pairs.push([name, (quoted ?? plain).replace(/\\(.)/g, '$1')])
  }
  return pairs
}
