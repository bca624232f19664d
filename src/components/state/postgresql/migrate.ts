import type { PostgresLink } from './link.ts'
import type { PostgresStatements } from './statements.ts'

/** Makes the tables, one sidecar after the other, also where daprd does the same. */
export async function migrate(
  link: PostgresLink,
  statements: PostgresStatements,
  levelKey: string,
): Promise<void> {
  const { metadataTable, lockRow, lock, level, stateTable, setLevel } = statements
  await link.run(true, async ({ query }) => {
    await query(metadataTable)
    await query(lockRow)
  })
  await link.run(true, async ({ query }) => {
    await query('BEGIN')
    try {
      await query(lock)
      const { rows } = await query(level, [levelKey])
      if (!(Number(rows[0]?.value) >= 1)) {
        for (const statement of stateTable.split(';')) await query(statement)
        await query(setLevel, [levelKey, '1'])
      }
      await query('COMMIT')
    } catch (error) {
      await query('ROLLBACK')
      throw error
    }
  })
}
