import { openPubSub } from '../support/open-pubsub.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { describePubSub, type OpenedBroker } from './pubsub.ts'

const skip = { 'reach a topic that ends in a star': 'a topic is one name' } as const

/** @param shared what the sidecars have in common: nothing, as in processes of their own, or all */
const open = async (shared?: Map<string, unknown>): Promise<OpenedBroker> => {
  const directory = await temporaryDirectory()
  return {
    connect: (appId, { concurrency = 10, processingTimeoutMs = 100 } = {}) =>
      openPubSub(
        'pubsub.sqlite',
        {
          connectionString: directory.file('broker.db'),
          concurrency: String(concurrency),
          processingTimeout: `${processingTimeoutMs}ms`,
          redeliverInterval: '50ms',
          pollInterval: shared === undefined ? '5ms' : '1h',
        },
        { appId, ...(shared === undefined ? {} : { shared }) },
      ),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
}

describePubSub('the sqlite driver in one process', () => open(new Map()), { skip })
describePubSub('the sqlite driver among processes', () => open(), { skip })
