import { isIP } from 'node:net'
import { createClient, createCluster, createSentinel, RESP_TYPES } from '@redis/client'
import { addressesOf, type RedisAddress, type RedisLinkSettings } from './settings.ts'

export type RedisArgument = string | Buffer

export interface RedisCommand {
  readonly args: readonly RedisArgument[]
  /** Says which node of a Cluster is meant. Absent: any. */
  readonly key?: string
}

/** A server, a Sentinel's master or a Cluster. Texts in answers are Buffers. */
export interface RedisClient {
  connect(): Promise<unknown>
  send(command: RedisCommand): Promise<unknown>
  /** Hears what is said on channels whose names match, now and after each reconnect. Then it can send nothing else. */
  listen(patterns: readonly string[], onMessage: (channel: string) => void): Promise<unknown>
  /** After the answers that are due. */
  close(): Promise<unknown>
  destroy(): void
}

export interface RedisClientEvents {
  readonly onError: (error: unknown) => void
  readonly onReady: () => void
  /** Whether to go on connecting after this error, and after how long. */
  readonly reconnectMs: (retries: number, cause: Error) => number | false
}

const COMMAND = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } }

/** RESP2 serves old servers too. */
const RESP = 2

/** Of any connection, to a Sentinel too. */
function socketOptions(settings: RedisLinkSettings, events: RedisClientEvents, at?: RedisAddress) {
  return {
    RESP,
    socket: {
      ...at,
      ...tlsOptions(settings, at),
      connectTimeout: settings.dialTimeout,
      reconnectStrategy: events.reconnectMs,
    },
    // What cannot be sent now is refused at once: only so can we say that it was never done.
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
  } as const
}

const credentials = (username: string, password: string) => ({
  ...(username === '' ? {} : { username }),
  ...(password === '' ? {} : { password }),
})

/** Of a connection to a server that holds data. */
const serverOptions = (
  settings: RedisLinkSettings,
  events: RedisClientEvents,
  at?: RedisAddress,
) => ({
  ...socketOptions(settings, events, at),
  ...credentials(settings.redisUsername, settings.redisPassword),
  ...(settings.redisDB === 0 ? {} : { database: settings.redisDB }),
})

function tlsOptions(settings: RedisLinkSettings, at: RedisAddress | undefined) {
  if (!settings.enableTLS) return {}
  return {
    tls: true as const,
    rejectUnauthorized: !settings.insecureSkipTLSVerify,
    ...(settings.caCert === '' ? {} : { ca: settings.caCert }),
    ...(settings.clientCert === '' ? {} : { cert: settings.clientCert }),
    ...(settings.clientKey === '' ? {} : { key: settings.clientKey }),
    ...(at === undefined || isIP(at.host) !== 0 ? {} : { servername: at.host }),
  }
}

/** Our own deadlines cost less than the client's, which make an AbortSignal for each command. */
const NO_TIMEOUT = { timeout: 0 }

/** Not connected yet. */
export function createRedisClient(
  settings: RedisLinkSettings,
  events: RedisClientEvents,
): RedisClient {
  const addresses = addressesOf(settings) ?? []
  if (settings.redisType === 'cluster') return clusterClient(settings, events, addresses)
  if (settings.failover) return sentinelClient(settings, events, addresses)
  const client = createClient({
    ...serverOptions(settings, events, addresses[0]),
    commandOptions: NO_TIMEOUT,
  })
  client.on('error', events.onError).on('ready', events.onReady)
  return {
    connect: () => client.connect(),
    send: ({ args }) => client.sendCommand(args, COMMAND),
    listen: (patterns, onMessage) =>
      client.pSubscribe([...patterns], (_message, channel) => onMessage(channel)),
    close: () => client.close(),
    destroy: () => client.destroy(),
  }
}

function clusterClient(
  settings: RedisLinkSettings,
  events: RedisClientEvents,
  addresses: readonly RedisAddress[],
): RedisClient {
  const cluster = createCluster({
    RESP,
    rootNodes: addresses.map((at) => serverOptions(settings, events, at)),
    defaults: serverOptions(settings, events),
    commandOptions: NO_TIMEOUT,
  })
  cluster.on('error', events.onError).on('node-ready', events.onReady)
  return {
    connect: () => cluster.connect(),
    send: ({ args, key }) => cluster.sendCommand(key, false, [...args], COMMAND),
    listen: (patterns, onMessage) =>
      cluster.pSubscribe([...patterns], (_message, channel) => onMessage(channel)),
    close: () => cluster.close(),
    destroy: () => cluster.destroy(),
  }
}

function sentinelClient(
  settings: RedisLinkSettings,
  events: RedisClientEvents,
  addresses: readonly RedisAddress[],
): RedisClient {
  const sentinel = createSentinel({
    RESP,
    name: settings.sentinelMasterName,
    sentinelRootNodes: [...addresses],
    nodeClientOptions: serverOptions(settings, events),
    sentinelClientOptions: {
      ...socketOptions(settings, events),
      ...credentials(settings.sentinelUsername, settings.sentinelPassword),
    },
    masterPoolSize: 1,
    // A command that was sent is never sent again behind our back.
    maxCommandRediscovers: 0,
    commandOptions: NO_TIMEOUT,
  })
  sentinel
    .on('error', events.onError)
    .on('client-error', ({ error }: { readonly error: unknown }) => events.onError(error))
    .on('ready', events.onReady)
  return {
    connect: () => sentinel.connect(),
    send: ({ args }) => sentinel.sendCommand(false, [...args], COMMAND),
    listen: (patterns, onMessage) =>
      sentinel.pSubscribe([...patterns], (_message, channel) => onMessage(channel)),
    close: () => sentinel.close(),
    destroy: () => {
      sentinel.destroy().catch(events.onError)
    },
  }
}
