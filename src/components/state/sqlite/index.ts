import { Fault } from '../../../base/fault.ts'
import type { Driver } from '../../index.ts'
import { isIdentifier, SqliteDatabase } from '../../sqlite/index.ts'
import type { StateStore } from '../contract.ts'
import { sqliteStateSettings } from './settings.ts'
import { stateStatements } from './statements.ts'
import { SqliteStateStore } from './store.ts'

/** @see dapr components-contrib `state/sqlite` */
export const sqliteStateDriver: Driver<StateStore, typeof sqliteStateSettings> = {
  type: 'state.sqlite',
  versions: ['v1'],
  doc: 'Keeps state in a file, in the layout of daprd: it outlives the sidecar and the machine, and several sidecars may share it.',
  settings: sqliteStateSettings,
  async open(settings, { clock, log }) {
    const { tableName, metadataTableName, cleanupInterval, cleanupIntervalInSeconds } = settings
    if (!isIdentifier(tableName) || !isIdentifier(metadataTableName))
      throw new Fault(
        'STATE_UNAVAILABLE',
        'tableName and metadataTableName have letters, digits and _ only',
      )
    const statements = stateStatements(tableName, metadataTableName)
    try {
      const database = await SqliteDatabase.open(settings, clock, (sql) => {
        for (const statement of statements.migrations) sql.run(statement)
      })
      const cleanupMs = cleanupIntervalInSeconds || cleanupInterval
      return new SqliteStateStore({ database, statements, clock, log, cleanupMs })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      const { message, retryable } = error
      throw new Fault('STATE_UNAVAILABLE', message, { cause: error, retryable })
    }
  },
}
