/** What the store says to SQLite. Arguments stand for `?` in order; times are texts, for example `2026-01-01 00:00:00.250`. */
export interface StateStatements {
  /** Each harmless where it was done already. */
  readonly migrations: readonly string[]
  /** key, now → value, is_binary, etag, expiration_time */
  readonly get: string
  /** key, value, is_binary, etag, now, end */
  readonly put: string
  /** The same and now once more: over no record that lives. */
  readonly putFirst: string
  /** value, is_binary, etag, now, end, key, the ETag it must have, now */
  readonly replace: string
  /** key */
  readonly remove: string
  /** key, the ETag it must have, now */
  readonly removeSame: string
  /** now, how many at most */
  readonly sweep: string
  readonly ping: string
}

/** Dapr's layout. @see dapr components-contrib `state/sqlite/sqlite_migrations.go` */
export function stateStatements(table: string, metadata: string): StateStatements {
  const lives = '(expiration_time IS NULL OR expiration_time > ?)'
  const put = `
    INSERT INTO ${table} (key, value, is_binary, etag, update_time, expiration_time)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, is_binary = excluded.is_binary,
      etag = excluded.etag, update_time = excluded.update_time,
      expiration_time = excluded.expiration_time`
  return {
    migrations: [
      `CREATE TABLE IF NOT EXISTS ${metadata} (key text NOT NULL PRIMARY KEY, value text NOT NULL)`,
      `CREATE TABLE IF NOT EXISTS ${table} (
        key TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL,
        is_binary BOOLEAN NOT NULL,
        etag TEXT NOT NULL,
        expiration_time TIMESTAMP DEFAULT NULL,
        update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
      )`,
      // Ours, and no hindrance to daprd: a sweep need not look at every record.
      `CREATE INDEX IF NOT EXISTS idx_${table}_expiration_time ON ${table} (expiration_time)
        WHERE expiration_time IS NOT NULL`,
      `INSERT INTO ${metadata} (key, value) VALUES ('migrations', '1') ON CONFLICT (key) DO NOTHING`,
    ],
    get: `SELECT value, is_binary, etag, expiration_time FROM ${table} WHERE key = ? AND ${lives}`,
    put,
    putFirst: `${put} WHERE expiration_time <= ?`,
    replace: `
      UPDATE ${table} SET value = ?, is_binary = ?, etag = ?, update_time = ?, expiration_time = ?
      WHERE key = ? AND etag = ? AND ${lives}`,
    remove: `DELETE FROM ${table} WHERE key = ?`,
    removeSame: `DELETE FROM ${table} WHERE key = ? AND etag = ? AND ${lives}`,
    sweep: `
      DELETE FROM ${table} WHERE rowid IN
        (SELECT rowid FROM ${table} WHERE expiration_time <= ? LIMIT ?)`,
    ping: `SELECT 1 FROM ${metadata} LIMIT 1`,
  }
}
