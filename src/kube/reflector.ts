import type { IncomingMessage } from 'node:http'
import type { Clock } from '../base/clock.ts'
import { codeOf, messageOf } from '../base/fault.ts'
import type { Logger } from '../base/logger.ts'
import { pause } from '../base/pause.ts'
import { untilAborted } from '../base/until-aborted.ts'
import { apiFault } from './api-fault.ts'
import { apiPath, queryOf, type Selection } from './api-path.ts'
import { acceptOf, type KubeClient, type Shape } from './client.ts'
import { type KubeObject, keyOf } from './object.ts'
import type { ResourceType } from './resource-types.ts'

/** A collection as it is now: listed once, watched from there. */
export interface Reflector<T> extends AsyncDisposable {
  /** Settles with the first list; never rejects, for the API server may be away for hours. */
  readonly synced: Promise<void>
  get(key: string): T | undefined
  entries(): IterableIterator<[string, T]>
  readonly size: number
}

export interface ReflectorOptions<T> {
  readonly client: KubeClient
  readonly type: ResourceType
  readonly selection?: Selection
  readonly shape?: Shape
  /** What is kept of an object, so that a cluster's pods cost what is read of them. */
  readonly read: (object: KubeObject) => T
  /**
   * An object came, changed or, without `now`, went. Also of each that a new list shows to differ. Must not throw.
   */
  readonly onChange: (key: string, now: T | undefined, before: T | undefined) => void
  readonly clock: Clock
  /** From 0 to 1: spreads what would come at once from many programs. */
  readonly random: () => number
  readonly log: Logger
  /** A list after the first, and why: `gone` (410), `error`, or a watch that ended. */
  readonly onRestart?: (reason: 'relist' | 'resume' | 'error') => void
}

const MIN_WATCH_S = 290
const SPREAD_S = 290
/** An API server ends a watch in time; one that does not has been cut off without a word. */
const SILENCE_MS = (MIN_WATCH_S + SPREAD_S + 30) * 1000
const FIRST_BACKOFF_MS = 200
const MAX_BACKOFF_MS = 30_000

interface Held<T> {
  readonly version: string
  readonly value: T
}

/** @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
export function startReflector<T>(options: ReflectorOptions<T>): Reflector<T> {
  const { client, type, selection = {}, shape = 'whole', read, onChange, clock, random } = options
  const held = new Map<string, Held<T>>()
  const closing = new AbortController()
  let isSynced = (): void => undefined
  const synced = new Promise<void>((resolve) => {
    isSynced = resolve
  })
  /** From where a watch goes on; absent: from a new list. */
  let version: string | undefined
  let failures = 0

  const put = (object: KubeObject): void => {
    const key = keyOf(object)
    const before = held.get(key)
    const { resourceVersion = '' } = object.metadata
    if (before?.version === resourceVersion) return
    const value = read(object)
    held.set(key, { version: resourceVersion, value })
    onChange(key, value, before?.value)
  }
  const remove = (key: string): void => {
    const before = held.get(key)
    if (held.delete(key)) onChange(key, undefined, before?.value)
  }

  async function list(): Promise<void> {
    // It may take its request's time; whoever closes does not wait for it.
    const { items, resourceVersion } = await untilAborted(
      client.list(type, selection, shape),
      closing.signal,
    )
    const listed = new Set(items.map(keyOf))
    for (const key of [...held.keys()]) if (!listed.has(key)) remove(key)
    for (const item of items) put(item)
    version = resourceVersion
    isSynced()
  }

  async function watch(from: string): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = selection
    const seconds = Math.floor(MIN_WATCH_S + random() * SPREAD_S)
    const ended = new AbortController()
    const end = (): void => ended.abort()
    closing.signal.addEventListener('abort', end, { once: true })
    let cancel = clock.after(SILENCE_MS, end)
    try {
      const query = queryOf({
        labelSelector,
        fieldSelector,
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: from,
        timeoutSeconds: String(seconds),
      })
      const answer = await client.stream(
        `${apiPath(type, { namespace })}${query}`,
        acceptOf(shape),
        ended.signal,
      )
      for await (const line of linesOf(answer)) {
        cancel()
        cancel = clock.after(SILENCE_MS, end)
        take(JSON.parse(line))
        failures = 0
      }
    } finally {
      cancel()
      closing.signal.removeEventListener('abort', end)
      end()
    }
  }

  function take({ type: event, object }: WatchEvent): void {
    if (event === 'ERROR') {
      const { code, message } = object as { code?: number; message?: string }
      throw apiFault(`watch ${type.plural}`, code ?? 500, message ?? '')
    }
    if (event === 'DELETED') remove(keyOf(object))
    else if (event !== 'BOOKMARK') put(object)
    version = object.metadata.resourceVersion
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        if (version === undefined) await list()
        if (version !== undefined) await watch(version)
        options.onRestart?.('resume')
      } catch (error) {
        if (closing.signal.aborted) return
        // What lies between is lost to a watch: only a list tells what is gone.
        const isGone = codeOf(error) === 'ERR_KUBE_GONE'
        if (isGone) version = undefined
        options.onRestart?.(isGone ? 'relist' : 'error')
        if (failures++ === 1)
          options.log.warning(`watch of ${type.plural} fails: ${messageOf(error)}`)
        if (isGone && failures === 1) continue
        const most = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1))
        await pause(clock, most * (0.5 + random() / 2), closing.signal)
      }
    }
  }
  const running = run()

  return {
    synced,
    get: (key) => held.get(key)?.value,
    *entries() {
      for (const [key, { value }] of held) yield [key, value]
    },
    get size() {
      return held.size
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await running
    },
  }
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: KubeObject
}

async function* linesOf(answer: IncomingMessage): AsyncGenerator<string> {
  answer.setEncoding('utf8')
  let rest = ''
  for await (const part of answer as AsyncIterable<string>) {
    const lines = `${rest}${part}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield line
  }
}
