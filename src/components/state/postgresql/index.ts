import { Fault } from '../../../base/fault.ts'
import type { Driver } from '../../index.ts'
import type { StateStore } from '../contract.ts'
import { PostgresLink } from './link.ts'
import { migrate } from './migrate.ts'
import { postgresSettings } from './settings.ts'
import { isTableName, postgresStatements } from './statements.ts'
import { PostgresStateStore } from './store.ts'

/** @see dapr components-contrib `state/postgresql/v2` */
export const postgresStateDriver: Driver<StateStore, typeof postgresSettings> = {
  type: 'state.postgresql',
  versions: ['v2'],
  doc: 'Keeps state in PostgreSQL 13 or later, in the layout that daprd calls v2: each reads what the other has written. The layout of v1 is another, and is not served.',
  settings: postgresSettings,
  async open(settings, { clock, log }, signal) {
    const { tablePrefix, metadataTableName, cleanupInterval, cleanupIntervalInSeconds } = settings
    const table = `${tablePrefix}state`
    const statements = postgresStatements(table, metadataTableName)
    let link: PostgresLink | undefined
    try {
      if (!isTableName(table) || !isTableName(metadataTableName))
        throw new Fault('POSTGRES_REFUSED', 'tablePrefix or metadataTableName names no table')
      link = await PostgresLink.open(settings, { clock, log }, signal)
      await migrate(link, statements, `migrations-state-v2-${tablePrefix}`)
      return new PostgresStateStore({
        link,
        statements,
        clock,
        log,
        cleanupMs: cleanupIntervalInSeconds || cleanupInterval,
        sweepKey: `last-cleanup-state-v2-${tablePrefix}`,
      })
    } catch (error) {
      await link?.[Symbol.asyncDispose]()
      if (!(error instanceof Fault)) throw error
      const { message, retryable } = error
      throw new Fault('STATE_UNAVAILABLE', message, { cause: error, retryable })
    }
  },
}
