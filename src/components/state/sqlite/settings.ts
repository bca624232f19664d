import { settings } from '../../index.ts'
import { sqliteSettings } from '../../sqlite/index.ts'

export const sqliteStateSettings = {
  ...sqliteSettings,
  tableName: settings.text('Table that holds the state.', 'state'),
  metadataTableName: settings.text('Table that holds what was done to the tables.', 'metadata'),
  cleanupInterval: settings.seconds('How often expired records are removed. 0: never.', '1h'),
  cleanupIntervalInSeconds: settings.seconds(
    'Another name of `cleanupInterval`. 0: not given.',
    '0s',
  ),
} as const
