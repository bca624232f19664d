export { type Sql, SqliteDatabase, type SqlRow, type SqlValue } from './database.ts'
export { isIdentifier, sqliteSettings } from './settings.ts'
export { type SqliteFaultCode, sqliteFault } from './trouble.ts'
