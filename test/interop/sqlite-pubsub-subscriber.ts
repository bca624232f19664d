/** Subscribes as a sidecar would, says what it gets, and never handles it: to be killed. Argument: a file. */
import { listen, openPubSub } from '../support/open-pubsub.ts'

const pubsub = await openPubSub('pubsub.sqlite', { connectionString: process.argv[2] ?? '' })
await listen(pubsub, 'orders', ({ data }) => {
  console.log(`got ${Buffer.from(data)}`)
  return new Promise(() => {})
})
setInterval(() => {}, 1000)
