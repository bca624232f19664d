import { stat } from 'node:fs/promises'
import type { Clock } from '../../base/clock.ts'
import { codeOf } from '../../base/fault.ts'
import type { Problem } from '../../base/problem.ts'
import { err, type Result } from '../../base/result.ts'
import { readResourceFile } from '../read-resource-file.ts'
import { type Configuration, EMPTY_CONFIGURATION } from './configuration.ts'
import { type ConfigurationFile, parseConfiguration } from './parse.ts'

/** What is in force: frozen, numbered, swapped as a whole. */
export interface Snapshot {
  /** 1 for what the process started with; grows by one with each change. */
  readonly generation: number
  readonly configuration: Configuration
}

export interface Reload {
  readonly result: 'applied' | 'unchanged' | 'rejected'
  /** Why it was rejected. */
  readonly problems: readonly Problem[]
  readonly atUs: number
}

export interface LiveConfiguration extends Disposable {
  current(): Snapshot
  lastReload(): Reload
  /** Reads the files now, as SIGHUP asks. A bad change keeps the last good snapshot. */
  reload(): Promise<Reload>
}

export interface LiveConfigurationOptions {
  readonly files: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Called after each attempt but the first; `unchanged` only when it was asked for. */
  readonly onReload: (reload: Reload, snapshot: Snapshot) => void
}

/**
 * Files are watched by asking for their state, four times a second. Nothing else sees every way in which
 * files change: editors that rename, symlinks that Kubernetes swaps, network and container mounts without
 * notifications. One stat costs about 30 µs.
 */
const POLL_INTERVAL_MS = 250
/** A file that still changes is being written: its half would be rejected for nothing. */
const SETTLE_MS = 30

/** @returns the store, or every problem of the first reading */
export async function watchConfiguration(
  options: LiveConfigurationOptions,
): Promise<Result<LiveConfiguration, Problem[]>> {
  const { files, env, clock, onReload } = options
  let lastText = ''
  let snapshot: Snapshot = freeze(1, EMPTY_CONFIGURATION)
  let lastReload: Reload = { result: 'applied', problems: [], atUs: clock.nowUs() }
  let cancel: (() => void) | undefined
  let closed = false

  const read = async (): Promise<Result<readonly ConfigurationFile[], Problem[]>> => {
    const texts: ConfigurationFile[] = []
    const problems: Problem[] = []
    for (const file of files) {
      const text = await readResourceFile(file)
      if (text.ok) texts.push({ file, text: text.value })
      else problems.push(text.error)
    }
    return problems.length === 0 ? { ok: true, value: texts } : err(problems)
  }

  const attempt = async (): Promise<Reload> => {
    const texts = await read()
    const text = texts.ok ? JSON.stringify(texts.value) : JSON.stringify(texts.error)
    const atUs = clock.nowUs()
    if (text === lastText) return { result: 'unchanged', problems: [], atUs }
    lastText = text
    const parsed = texts.ok ? parseConfiguration(texts.value, env) : texts
    if (!parsed.ok) return { result: 'rejected', problems: parsed.error, atUs }
    const same = JSON.stringify(parsed.value) === JSON.stringify(snapshot.configuration)
    if (!same) snapshot = freeze(snapshot.generation + 1, parsed.value)
    return { result: same ? 'unchanged' : 'applied', problems: [], atUs }
  }
  const reload = async (): Promise<Reload> => {
    const outcome = await attempt()
    // An edit that only undoes a bad one changes nothing, yet ends the bad state.
    if (outcome.result !== 'unchanged' || lastReload.result === 'rejected') lastReload = outcome
    if (!closed) onReload(outcome, snapshot)
    return outcome
  }

  const first = await read()
  lastText = first.ok ? JSON.stringify(first.value) : ''
  const parsed = first.ok ? parseConfiguration(first.value, env) : first
  if (!parsed.ok) return parsed
  snapshot = freeze(1, parsed.value)

  let seen = await fingerprint(files)
  const poll = async (): Promise<void> => {
    const now = await fingerprint(files)
    if (now === seen) return schedule(POLL_INTERVAL_MS)
    await settle(clock)
    if ((await fingerprint(files)) !== now) return schedule(0)
    seen = now
    await reload()
    schedule(POLL_INTERVAL_MS)
  }
  const schedule = (delayMs: number): void => {
    if (!closed) cancel = clock.after(delayMs, () => void poll())
  }
  schedule(POLL_INTERVAL_MS)

  return {
    ok: true,
    value: {
      current: () => snapshot,
      lastReload: () => lastReload,
      reload,
      [Symbol.dispose]() {
        closed = true
        cancel?.()
      },
    },
  }
}

const settle = (clock: Clock): Promise<void> =>
  new Promise((resolve) => {
    clock.after(SETTLE_MS, resolve)
  })

/** Which file lies there and when it was last written; the inode tells a rename or a swapped symlink. */
async function fingerprint(files: readonly string[]): Promise<string> {
  const states = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ ino, size, mtimeMs, ctimeMs }) => `${ino}:${size}:${mtimeMs}:${ctimeMs}`,
        (error) => codeOf(error) ?? 'unreadable',
      ),
    ),
  )
  return states.join(' ')
}

const freeze = (generation: number, configuration: Configuration): Snapshot =>
  Object.freeze({
    generation,
    configuration: Object.freeze({
      ...configuration,
      tracing: configuration.tracing && Object.freeze(configuration.tracing),
    }),
  })
