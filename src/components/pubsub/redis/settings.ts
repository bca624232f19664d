import { settings } from '../../index.ts'
import { redisLinkSettings } from '../../redis/index.ts'

export const redisPubSubSettings = {
  ...redisLinkSettings,
  redisMinRetryInterval: settings.duration(
    'First wait before a repetition; doubled each time.',
    '8ms',
  ),
  consumerID: settings.text('Subscribers with one id share the messages. Empty: the app id.'),
  processingTimeout: settings.duration(
    'A message that was delivered and not acknowledged for this long is delivered again. 0: never.',
    '60s',
  ),
  redeliverInterval: settings.duration(
    'How often to look for messages that are to be delivered again. 0: never.',
    '15s',
  ),
  queueDepth: settings.whole(
    'Messages that a subscription reads ahead of its handlers, and as many again of those delivered again.',
    100,
    { min: 1, max: 100_000 },
  ),
  concurrency: settings.whole('Messages that a subscription handles at a time.', 10, {
    min: 1,
    max: 1_000,
  }),
  maxLenApprox: settings.whole(
    'About how many messages a topic keeps, delivered or not: what is older is lost. 0: all.',
    0,
  ),
  streamTTL: settings.duration(
    'About how long a topic keeps a message, delivered or not; `maxLenApprox` goes first. 0: for ever.',
    '0s',
  ),
} as const
