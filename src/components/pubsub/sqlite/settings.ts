import { settings } from '../../index.ts'
import { sqliteSettings } from '../../sqlite/index.ts'

export const sqlitePubSubSettings = {
  ...sqliteSettings,
  consumerID: settings.text('Subscribers with one id share the messages. Empty: the app id.'),
  processingTimeout: settings.duration(
    'A message that was delivered and not acknowledged for this long is delivered again. 0: never.',
    '60s',
  ),
  redeliverInterval: settings.duration(
    'A message whose handler failed is delivered again after this long. 0: never.',
    '15s',
  ),
  pollInterval: settings.duration(
    'How often to look whether another process has published. Within a process nobody waits for it.',
    '100ms',
  ),
  concurrency: settings.whole('Messages that a subscription handles at a time.', 10, {
    min: 1,
    max: 1_000,
  }),
  maxLen: settings.whole(
    'How many messages a topic keeps. One more is refused if a group waits for them; if there is none, the oldest goes.',
    100_000,
    { min: 1, max: 1_000_000_000 },
  ),
} as const
