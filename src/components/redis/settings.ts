import { type SettingsOf, settings } from '../index.ts'

const unused = (why: string) => settings.text(`Accepted for Dapr's sake and not used: ${why}.`)
const ONE_CONNECTION = 'one connection carries all commands, and none waits for a free one'

/** How a Redis is reached, whatever is kept in it. Names and defaults are Dapr's. */
export const redisLinkSettings = {
  redisHost: settings.needed(
    'Host and port, for example `localhost:6379`; with Cluster or Sentinel a list with commas.',
  ),
  redisPort: settings.text('Port, where `redisHost` has none. Else 6379, or 26379 for Sentinel.'),
  redisUsername: settings.text('ACL user.'),
  redisPassword: settings.secret('Password.'),
  redisDB: settings.whole('Number of the database. A Cluster has 0 only.', 0),
  redisType: settings.oneOf(['node', 'cluster'], 'A server (or Sentinels), or a Cluster.', 'node'),
  failover: settings.flag('Ask Sentinels, which `redisHost` names, for the master.', false),
  sentinelMasterName: settings.text('Name of the master that the Sentinels watch.'),
  sentinelUsername: settings.text('ACL user of the Sentinels.'),
  sentinelPassword: settings.secret('Password of the Sentinels.'),
  enableTLS: settings.flag('Encrypt the connection and check the server certificate.', false),
  insecureSkipTLSVerify: settings.flag('Take any server certificate.', false),
  caCert: settings.text(
    'Certificate of the authority that signed the server certificate, PEM. Ours: daprd has none.',
  ),
  clientCert: settings.text('Client certificate, PEM.'),
  clientKey: settings.secret('Key of the client certificate, PEM.'),
  dialTimeout: settings.duration('Longest wait for a connection.', '5s'),
  readTimeout: settings.duration(
    'Longest wait for an answer. Then the connection is given up, for answers come in order.',
    '3s',
  ),
  redisMaxRetries: settings.whole(
    'How often an operation is repeated that Redis has certainly not done. -1: never.',
    3,
    { min: -1, max: 1000 },
  ),
  maxRetries: settings.whole('The former name of `redisMaxRetries`. -1: not given.', -1, {
    min: -1,
    max: 1000,
  }),
  redisMinRetryInterval: settings.duration(
    'First wait before a repetition; doubled each time.',
    '2s',
  ),
  redisMaxRetryInterval: settings.duration('Longest wait before a repetition.', '512ms'),
  useEntraID: settings.flag('Microsoft Entra ID. Refused: not supported.', false),
  useOIDC: settings.flag('OIDC. Refused: not supported.', false),
  maxRetryBackoff: unused('`redisMaxRetryInterval` bounds the wait'),
  writeTimeout: unused('`readTimeout` covers the whole operation'),
  poolSize: unused(ONE_CONNECTION),
  minIdleConns: unused(ONE_CONNECTION),
  maxConnAge: unused(ONE_CONNECTION),
  poolTimeout: unused(ONE_CONNECTION),
  idleTimeout: unused(ONE_CONNECTION),
  idleCheckFrequency: unused(ONE_CONNECTION),
} as const

export type RedisLinkSettings = SettingsOf<typeof redisLinkSettings>

export interface RedisAddress {
  readonly host: string
  readonly port: number
}

const ADDRESS = /^(?:\[(?<six>[^\]]+)\]|(?<host>[^:\s]+))(?::(?<port>\d{1,5}))?$/

/** `redisHost` as addresses; undefined: it names none. Example `a:6379, [::1]`. */
export function addressesOf(settings: RedisLinkSettings): readonly RedisAddress[] | undefined {
  const usual = settings.redisPort || (settings.failover ? '26379' : '6379')
  const addresses: RedisAddress[] = []
  for (const part of settings.redisHost.split(',')) {
    const found = ADDRESS.exec(part.trim())?.groups
    const port = Number(found?.port ?? usual)
    const host = found?.six ?? found?.host
    if (host === undefined || !(port >= 1 && port <= 65_535)) return undefined
    addresses.push({ host, port })
  }
  return addresses
}
