import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { Fault } from '../../../base/fault.ts'
import type { Driver } from '../../index.ts'
import { SqliteDatabase } from '../../sqlite/index.ts'
import type { PubSub } from '../contract.ts'
import { createBell } from './bell.ts'
import { pubsubFault } from './faults.ts'
import { SqlitePubSub } from './pubsub.ts'
import { migrate } from './schema.ts'
import { sqlitePubSubSettings } from './settings.ts'

/** Ours: daprd has none. */
export const sqlitePubSubDriver: Driver<PubSub, typeof sqlitePubSubSettings> = {
  type: 'pubsub.sqlite',
  versions: ['v1'],
  doc: 'Carries messages through a file that all sidecars of a machine open: a durable broker without a server. daprd has none.',
  settings: sqlitePubSubSettings,
  async open(settings, { appId, clock, log, shared }) {
    const { connectionString, consumerID } = settings
    try {
      if (connectionString.includes(':memory:'))
        throw new Fault(
          'SQLITE_REFUSED',
          'nobody could share a broker in memory: name a file, or use pubsub.in-memory',
        )
      const database = await SqliteDatabase.open(settings, clock, migrate)
      return new SqlitePubSub(settings, {
        database,
        bell: shared(`pubsub.sqlite ${resolve(connectionString)}`, createBell),
        clock,
        log,
        group: consumerID || appId,
        newId: randomUUID,
      })
    } catch (error) {
      throw pubsubFault(error)
    }
  },
}
