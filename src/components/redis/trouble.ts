import { ClientClosedError, ClientOfflineError, ErrorReply } from '@redis/client'
import { codeOf, Fault } from '../../base/fault.ts'

/**
 * `REDIS_REFUSED`: Redis answered that it has not done it. `REDIS_OFFLINE`: it was never sent.
 * `REDIS_LOST`: it was sent, and no answer came; it may have been done. Only transient ones are `retryable`.
 */
export type RedisFaultCode = 'REDIS_REFUSED' | 'REDIS_OFFLINE' | 'REDIS_LOST'

interface Refusal {
  readonly message: string
  /** It may pass without anyone changing a setting. */
  readonly passes?: true
}

const PASSWORD_WRONG =
  'Redis refused the user name or the password: check redisUsername and redisPassword'
const REFUSALS: Readonly<Record<string, Refusal>> = {
  NOAUTH: { message: 'Redis asks for a password: set redisPassword' },
  WRONGPASS: { message: PASSWORD_WRONG },
  NOPERM: {
    message:
      'the ACL user lacks a permission: allow it the keys and, for state, +@hash +@string +@scripting +del +expire +persist +ping +info +wait; for locks +set +get +del +@scripting +ping; for configuration +mget +scan +psubscribe +config|get +config|set +ping, and the channels; for bindings +get +set +del +incr +expire +@scripting +ping',
  },
  OOM: {
    message:
      'Redis has no memory left and refuses writes: raise its maxmemory or let it evict (maxmemory-policy)',
  },
  READONLY: {
    message:
      'this Redis is a replica and takes no writes: let redisHost name the master, or use Sentinel (failover: true)',
    passes: true,
  },
  LOADING: { message: 'Redis is still loading its data', passes: true },
  BUSY: { message: 'Redis is busy with a script', passes: true },
  MASTERDOWN: { message: 'this Redis replica has lost its master', passes: true },
  CLUSTERDOWN: { message: 'the Redis Cluster does not serve this slot', passes: true },
  TRYAGAIN: { message: 'the Redis Cluster is moving these keys', passes: true },
  NOREPLICAS: { message: 'Redis has fewer good replicas than min-replicas-to-write asks for' },
  MISCONF: { message: 'Redis cannot save to its disk and refuses writes: see its log' },
  MOVED: { message: 'this Redis belongs to a Cluster: set redisType: cluster' },
  CROSSSLOT: {
    message:
      'the keys of one transaction lie in different slots of the Redis Cluster: give them one hash tag, for example keyPrefix: "{orders}"',
  },
}

/** The server's words may repeat what it was sent, a password too: they are read, never shown. */
const ERR_REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/^ERR invalid password/, PASSWORD_WRONG],
  [/^ERR .*without any password configured/, 'this Redis has no password: remove redisPassword'],
  [/^ERR wrong number of arguments for 'auth'/, 'this Redis knows no users: remove redisUsername'],
  [/^ERR (DB index is out of range|SELECT is not allowed)/, 'this Redis has no such redisDB'],
  [
    /^ERR This instance has cluster support disabled/,
    'this Redis is no Cluster: set redisType: node',
  ],
]

/** OpenSSL's and Node's codes for a certificate that will not do. */
const UNTRUSTED = /CERT|SELF_SIGNED|ALTNAME/

/** The first word of an error that Redis answered, for example `NOSCRIPT`; else undefined. */
export function replyWord(error: unknown): string | undefined {
  if (!(error instanceof ErrorReply)) return undefined
  return /^[A-Z]+/.exec(error.message)?.[0] ?? 'ERR'
}

/** What the client threw, in our words: no secret, no key, no value. */
export function redisFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const word = replyWord(error)
  if (word !== undefined) {
    const text = (error as Error).message
    const message =
      REFUSALS[word]?.message ??
      ERR_REFUSALS.find(([pattern]) => pattern.test(text))?.[1] ??
      `Redis refused a command (${word}): see its log`
    return new Fault('REDIS_REFUSED', message, { retryable: REFUSALS[word]?.passes === true })
  }
  if (error instanceof ClientOfflineError || error instanceof ClientClosedError)
    return new Fault('REDIS_OFFLINE', 'there is no connection to Redis', { retryable: true })
  const code = codeOf(error)
  if (code !== undefined && UNTRUSTED.test(code))
    return new Fault('REDIS_LOST', `the certificate of Redis is not trusted (${code})`, {
      retryable: true,
    })
  const why = code ?? (error instanceof Error ? error.constructor.name : 'unknown')
  return new Fault('REDIS_LOST', `the connection to Redis broke (${why})`, { retryable: true })
}

/** Whether these credentials, this certificate or this database will never do. */
export function isHopeless(error: unknown): boolean {
  if (UNTRUSTED.test(codeOf(error) ?? '')) return true
  const word = replyWord(error)
  return word !== undefined && REFUSALS[word]?.passes !== true
}
