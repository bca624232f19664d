import { openStateStore } from '../support/open-state-store.ts'
import { type RealPostgres, startPostgres } from '../support/real-postgres.ts'
import { describeStateStore } from './state-store.ts'

describe('state.postgresql', () => {
  let postgres: RealPostgres
  before(async function () {
    this.timeout(40_000)
    postgres = await startPostgres(this as unknown as Mocha.Context)
  })
  after(() => postgres?.[Symbol.asyncDispose]())

  describeStateStore(
    'the postgresql driver',
    async () => {
      await postgres.query('DROP TABLE IF EXISTS state, dapr_metadata')
      const { connectionString } = postgres
      const store = await openStateStore('state.postgresql', { connectionString })
      return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
    },
    { skip: { 'takes any key': 'a text of PostgreSQL has no NUL' } },
  )
})
