import { openPubSub } from '../support/open-pubsub.ts'
import { describePubSub } from './pubsub.ts'

const NOT_KEPT = 'it keeps nothing for nobody: what comes while no one listens is no one’s'

describePubSub(
  'the in-memory driver',
  async () => {
    const shared = new Map<string, unknown>()
    return {
      connect: (appId, { concurrency = 10 } = {}) =>
        openPubSub('pubsub.in-memory', { concurrency: String(concurrency) }, { appId, shared }),
      [Symbol.asyncDispose]: async () => {},
    }
  },
  {
    skip: {
      'wait for a subscriber that comes later': NOT_KEPT,
      'leaves what was not begun to the next subscriber, soon, as never tried': NOT_KEPT,
    },
  },
)
