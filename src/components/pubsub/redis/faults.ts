import { Fault } from '../../../base/fault.ts'
import { blockFault, redisFault, replyWord } from '../../redis/index.ts'

const WORDS: Readonly<Record<string, string>> = {
  NOPERM:
    'the ACL user lacks a permission: allow it the keys named like the topics and +@stream +@scripting +@connection +ping',
  WRONGTYPE: 'the key named like the topic holds no stream: another program uses it',
}

/** What Redis said of a command on a stream, where streams need other words than state. */
export function streamFault(error: unknown): Fault {
  const word = replyWord(error)
  if (word === 'OOM')
    return new Fault(
      'PUBSUB_FULL',
      'Redis has no memory left and refuses messages: raise its maxmemory, or bound the topics by maxLenApprox or streamTTL',
    )
  const message = WORDS[word ?? '']
  return message === undefined ? redisFault(error) : new Fault('REDIS_REFUSED', message)
}

/** The link's faults in the words of the contract. */
export const pubsubFault = (error: unknown): unknown =>
  blockFault('PUBSUB', error, 'the message may or may not be published')
