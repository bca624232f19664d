/** What the store says to PostgreSQL. Arguments are `$1` and so on, in the order named. */
export interface PostgresStatements {
  readonly metadataTable: string
  readonly lockRow: string
  /** To be held while the tables are made. */
  readonly lock: string
  /** key → value */
  readonly level: string
  readonly stateTable: string
  /** key, level */
  readonly setLevel: string
  /** key → value, etag, expires_at */
  readonly get: string
  /** key, value, seconds to live or null */
  readonly put: string
  /** The same, over no record that lives. */
  readonly putFirst: string
  /** The same, and the ETag it must have. */
  readonly replace: string
  /** key */
  readonly remove: string
  /** key, the ETag it must have */
  readonly removeSame: string
  /** key, milliseconds: changes a row when the last sweep of any sidecar is as long ago. */
  readonly claimSweep: string
  /** how many at most */
  readonly sweep: string
}

/** daprd's layout, version 2. @see dapr components-contrib `state/postgresql/v2/postgresql.go` */
export function postgresStatements(table: string, metadata: string): PostgresStatements {
  const lives = '(expires_at IS NULL OR expires_at >= now())'
  const end = "now() + $3::float8 * interval '1 second'"
  const renewed = `value = $2, updated_at = now(), etag = gen_random_uuid(), expires_at = ${end}`
  const put = `
    INSERT INTO ${table} AS t (key, value, etag, expires_at)
    VALUES ($1, $2, gen_random_uuid(), ${end})
    ON CONFLICT (key) DO UPDATE SET ${renewed}`
  return {
    metadataTable: `
      CREATE TABLE IF NOT EXISTS ${metadata} (key text NOT NULL PRIMARY KEY, value text NOT NULL)`,
    lockRow: `INSERT INTO ${metadata} (key, value) VALUES ('lock', 'lock') ON CONFLICT (key) DO NOTHING`,
    lock: `SELECT value FROM ${metadata} WHERE key = 'lock' FOR UPDATE`,
    level: `SELECT value FROM ${metadata} WHERE key = $1`,
    stateTable: `
      CREATE TABLE IF NOT EXISTS ${table} (
        key text NOT NULL PRIMARY KEY,
        value bytea NOT NULL,
        etag uuid NOT NULL DEFAULT gen_random_uuid(),
        created_at timestamp with time zone NOT NULL DEFAULT now(),
        updated_at timestamp with time zone,
        expires_at timestamp with time zone
      );
      CREATE INDEX ON ${table} (expires_at)`,
    setLevel: `
      INSERT INTO ${metadata} (key, value) VALUES ($1, $2)
      ON CONFLICT (key) DO UPDATE SET value = $2`,
    get: `SELECT value, etag, expires_at FROM ${table} WHERE key = $1 AND ${lives}`,
    put,
    putFirst: `${put} WHERE t.expires_at < now()`,
    replace: `UPDATE ${table} SET ${renewed} WHERE key = $1 AND etag = $4 AND ${lives}`,
    remove: `DELETE FROM ${table} WHERE key = $1`,
    removeSame: `DELETE FROM ${table} WHERE key = $1 AND etag = $2 AND ${lives}`,
    claimSweep: `
      INSERT INTO ${metadata} AS m (key, value) VALUES ($1, now()::text)
      ON CONFLICT (key) DO UPDATE SET value = now()::text
      WHERE extract(epoch FROM now() - m.value::timestamp with time zone) * 1000 >= $2::float8`,
    sweep: `
      DELETE FROM ${table} WHERE key IN
        (SELECT key FROM ${table} WHERE expires_at < now() LIMIT $1 FOR UPDATE SKIP LOCKED)`,
  }
}

/** A schema with its dot may come first. */
export const isTableName = (name: string): boolean => /^(\w+\.)?\w+$/.test(name)
