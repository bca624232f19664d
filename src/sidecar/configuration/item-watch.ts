import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import { pause } from '../../base/pause.ts'
import type {
  ChangedKeys,
  ConfigurationItem,
  ConfigurationItems,
  ConfigurationMetadata,
  ConfigurationStore,
} from '../../components/configuration/index.ts'

/** Compares what a store holds with what was told last. */
export interface ItemWatch extends AsyncDisposable {
  /** The component may be another one by now. */
  follow(): void
}

/** Items by key; undefined: it is gone. */
export type ItemChanges = ReadonlyMap<string, ConfigurationItem | undefined>

export interface ItemWatchParts {
  readonly keys: readonly string[]
  readonly metadata: ConfigurationMetadata
  /** What runs now under the component's name. */
  readonly store: () => ConfigurationStore | undefined
  readonly onChange: (changes: ItemChanges, signal: AbortSignal) => Promise<void>
  readonly clock: Clock
  readonly log: Logger
}

const AGAIN_MS = 1000

/**
 * One change after the other, and those that come meanwhile as one. A store that cannot be read now is asked again: what
 * counts is what it holds, not how often it has said so.
 *
 * @throws Fault of the store, when it cannot be watched or read at first
 */
export async function watchItems(
  first: ConfigurationStore,
  parts: ItemWatchParts,
): Promise<ItemWatch> {
  const { keys, metadata, store, onChange, clock, log } = parts
  const stopping = new AbortController()
  const { signal } = stopping
  let attached: ConfigurationStore = first
  let end: AsyncDisposable | undefined
  let told: ConfigurationItems = new Map()
  let pending: ChangedKeys = []
  /** At first: nothing is told before there is something to compare with. */
  let isBusy = true
  let telling = Promise.resolve()

  const attach = async (to: ConfigurationStore): Promise<void> => {
    await end?.[Symbol.asyncDispose]()
    end = undefined
    end = await to.watch(keys, metadata, wake)
    attached = to
    if (signal.aborted) await end[Symbol.asyncDispose]()
  }
  const refresh = async (changed: ChangedKeys): Promise<void> => {
    const now = store()
    // Gone: it may come back, and is followed then.
    if (now === undefined) return
    const isOther = now !== attached || end === undefined
    if (isOther) await attach(now)
    const asked = isOther || changed === 'all' ? keys : changed
    const items = await now.get(asked, metadata)
    const changes = compare(told, items, asked)
    if (changes.size === 0 || signal.aborted) return
    told = withChanges(told, changes)
    telling = onChange(changes, signal)
    await telling
  }
  const run = async (): Promise<void> => {
    while (pending.length > 0 && !signal.aborted) {
      const changed = pending
      pending = []
      try {
        await refresh(changed)
      } catch (error) {
        log.warning(`configuration items cannot be read, trying again: ${messageOf(error)}`)
        pending = join(pending, changed)
        await pause(clock, AGAIN_MS, signal)
      }
    }
    isBusy = false
  }
  const wake = (changed: ChangedKeys): void => {
    pending = join(pending, changed)
    if (isBusy || signal.aborted) return
    isBusy = true
    void run()
  }

  await attach(first)
  try {
    told = await first.get(keys, metadata)
  } catch (error) {
    await (end as AsyncDisposable | undefined)?.[Symbol.asyncDispose]()
    throw error
  }
  isBusy = false
  wake([])
  return {
    follow() {
      if (store() !== attached) wake('all')
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      // Not for a store that does not answer: a stop has no time for that.
      await telling
      await end?.[Symbol.asyncDispose]()
    },
  }
}

const join = (a: ChangedKeys, b: ChangedKeys): ChangedKeys =>
  a === 'all' || b === 'all' ? 'all' : [...new Set([...a, ...b])]

/** @param asked none: all */
function compare(
  before: ConfigurationItems,
  now: ConfigurationItems,
  asked: readonly string[],
): ItemChanges {
  const looked = asked.length > 0 ? asked : new Set([...before.keys(), ...now.keys()])
  return new Map(
    [...looked]
      .filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(now.get(key)))
      .map((key) => [key, now.get(key)]),
  )
}

function withChanges(items: ConfigurationItems, changes: ItemChanges): ConfigurationItems {
  const next = new Map(items)
  for (const [key, item] of changes)
    if (item === undefined) next.delete(key)
    else next.set(key, item)
  return next
}
