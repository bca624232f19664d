import { settings } from '../../index.ts'

export const inMemoryPubSubSettings = {
  consumerID: settings.text('Subscribers with one id share the messages. Empty: the app id.'),
  concurrency: settings.whole('Messages that a subscriber handles at a time.', 10, {
    min: 1,
    max: 1_000,
  }),
} as const
