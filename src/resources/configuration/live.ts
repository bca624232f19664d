import type { Clock } from '../../base/clock.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Reload } from '../reload.ts'
import type { SecretSource, TextSource } from '../text-source.ts'
import type { Configuration } from './configuration.ts'
import { type ConfigurationFile, type ParsedConfiguration, parseConfiguration } from './parse.ts'
import type { Sources } from './sources.ts'

/** What is in force: frozen, numbered, swapped as a whole. */
export interface Snapshot {
  /** 1 for what the process started with; grows by one with each change. */
  readonly generation: number
  readonly configuration: Configuration
  /** Who set what. Follows moved lines without a new generation: they change nothing. */
  readonly sources: Sources
  /** Of the reading that is in force. */
  readonly warnings: readonly Problem[]
  /** When this generation came into force: epoch microseconds. */
  readonly sinceUs: number
}

export interface LiveConfiguration extends Disposable {
  current(): Snapshot
  lastReload(): Reload
  /** Reads the source now, as SIGHUP asks. A bad change keeps the last good snapshot. */
  reload(): Promise<Reload>
}

export interface LiveConfigurationOptions {
  readonly source: TextSource
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Reads what daprd reads in silence, as daprd does. */
  readonly lenient?: boolean
  /** Watched like the source. Absent: no secret is found. */
  readonly secrets?: SecretSource
  /** Called after each attempt but the first; `unchanged` only when it was asked for. */
  readonly onReload: (reload: Reload, snapshot: Snapshot) => void
}

/** @returns the store, or every problem of the first reading */
export async function watchConfiguration(
  options: LiveConfigurationOptions,
): Promise<Result<LiveConfiguration, Problem[]>> {
  const { source, secrets, env, clock, lenient = false, onReload } = options
  const haveSecretsChanged = async () => (await secrets?.haveChanged()) ?? false
  const parse = (texts: readonly ConfigurationFile[]) =>
    parseConfiguration(texts, {
      env,
      lenient,
      nowMs: clock.nowUs() / 1000,
      ...(secrets && { resolveSecret: secrets.resolve, whyNoSecret: secrets.whyMissing }),
    })
  let closed = false

  const readAll = async (): Promise<Result<readonly ConfigurationFile[], Problem[]>> => {
    const { texts, problems } = await source.read()
    return problems.length === 0 ? ok(texts) : err([...problems])
  }
  const first = await readAll()
  const parsed = first.ok ? await parse(first.value) : first
  if (!parsed.ok) return parsed
  let lastText = JSON.stringify(first)
  let snapshot = freeze(1, parsed.value, clock.nowUs())
  let lastReload: Reload = {
    result: 'applied',
    problems: parsed.value.warnings,
    atUs: snapshot.sinceUs,
  }

  const attempt = async (): Promise<Reload> => {
    const texts = await readAll()
    const text = JSON.stringify(texts)
    const atUs = clock.nowUs()
    if (text === lastText && !(await haveSecretsChanged()))
      return { result: 'unchanged', problems: [], atUs }
    lastText = text
    const read = texts.ok ? await parse(texts.value) : texts
    if (!read.ok) return { result: 'rejected', problems: read.error, atUs }
    const same = isSame(read.value.configuration, snapshot.configuration)
    const isMoved = same && !isSame(read.value, withoutAge(snapshot))
    if (!same) snapshot = freeze(snapshot.generation + 1, read.value, atUs)
    else if (isMoved) snapshot = freeze(snapshot.generation, read.value, snapshot.sinceUs)
    const recovered = lastReload.result === 'rejected' ? { recovered: true as const } : {}
    const result = same ? 'unchanged' : 'applied'
    return { result, problems: read.value.warnings, atUs, ...recovered }
  }
  const reloadOnce = async (): Promise<Reload> => {
    const outcome = await attempt()
    // An edit that only undoes a bad one changes nothing, yet ends the bad state.
    if (outcome.result !== 'unchanged' || outcome.recovered) lastReload = outcome
    if (!closed) onReload(outcome, snapshot)
    return outcome
  }
  let last: Promise<unknown> = Promise.resolve()
  // One after the other: an older reading that ends later must not replace a newer one.
  const reload = (): Promise<Reload> => {
    const next = last.then(reloadOnce, reloadOnce)
    last = next
    return next
  }

  const watch = source.watch(reload, haveSecretsChanged)

  return ok({
    current: () => snapshot,
    lastReload: () => lastReload,
    reload,
    [Symbol.dispose]() {
      closed = true
      watch[Symbol.dispose]()
    },
  })
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const withoutAge = ({ configuration, warnings, sources }: Snapshot): ParsedConfiguration => ({
  configuration,
  warnings,
  sources,
})

const freeze = (generation: number, parsed: ParsedConfiguration, sinceUs: number): Snapshot =>
  deepFreeze({ generation, ...parsed, sinceUs })

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) deepFreeze(part)
  }
  return value
}
