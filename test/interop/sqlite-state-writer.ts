/** Writes pairs in transactions and says each that was acknowledged: to be killed. Arguments: a file, a name. */
import { openStateStore, writeOf } from '../support/open-state-store.ts'

const [, , connectionString = '', name = ''] = process.argv
// A wait for the lock keeps no process alive.
setInterval(() => {}, 1000)
// The others write without a pause, and who waits is not served in turn.
const store = await openStateStore('state.sqlite', { connectionString, busyTimeout: '20s' })
for (let n = 0; ; n++) {
  const upsert = (key: string) => ({ kind: 'upsert', write: writeOf(key, `${n}`) }) as const
  await store.transact([upsert(`${name}a${n}`), upsert(`${name}b${n}`), upsert(name)], {})
  console.log(`done ${n}`)
}
