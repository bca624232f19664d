import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import { pause } from '../../base/pause.ts'
import type { Registration, RegistrationDirectory } from '../../net/index.ts'
import {
  createScrapeTarget,
  type ScrapeParts,
  type ScrapeTarget,
  targetAddress,
} from './scrape-target.ts'

export interface ScraperParts extends Omit<ScrapeParts, 'timeoutMs' | 'signal'> {
  readonly registrations: Pick<RegistrationDirectory, 'list'>
  readonly intervalMs: number
  readonly log: Logger
  readonly onScraped: (isOk: boolean, refusedSamples: number) => void
}

/** A target that has to be told from all others: another process may take over an app's port. */
const idOf = (registration: Registration): string =>
  `${registration.appId} ${registration.pid} ${targetAddress(registration)}`

/** At most this much of the distance of two scrapes is waited for one. */
const TIMEOUT_SHARE = 0.8
const MAX_TIMEOUT_MS = 10_000
/** More sidecars than this on one machine are not scraped. */
const MAX_TARGETS = 500

/** Scrapes every sidecar that is registered on this machine, in a rhythm, until it is disposed of. */
export function startScraper(parts: ScraperParts): AsyncDisposable {
  const { registrations, clock, store, intervalMs, log, onScraped } = parts
  const timeoutMs = Math.min(MAX_TIMEOUT_MS, intervalMs * TIMEOUT_SHARE)
  const targets = new Map<string, ScrapeTarget>()
  /** Whose last scrape failed: said once, not each time. */
  const failing = new Set<string>()
  const stop = new AbortController()

  async function scrape(id: string, target: ScrapeTarget): Promise<void> {
    const { error, refused } = await target.scrape()
    onScraped(error === undefined, refused)
    if (error === undefined) failing.delete(id)
    else if (!failing.has(id)) {
      failing.add(id)
      log.warning('a scrape failed', { target: id, error })
    }
  }

  async function round(): Promise<void> {
    const found = (await registrations.list())
      .filter(({ metricsPort }) => metricsPort !== 0)
      .slice(0, MAX_TARGETS)
    const present = new Map(found.map((registration) => [idOf(registration), registration]))
    for (const [id, target] of targets)
      if (!present.has(id)) {
        target.end()
        targets.delete(id)
        failing.delete(id)
      }
    for (const [id, registration] of present)
      if (!targets.has(id))
        targets.set(
          id,
          createScrapeTarget(registration, { ...parts, timeoutMs, signal: stop.signal }),
        )
    await Promise.all(Array.from(targets, ([id, target]) => scrape(id, target)))
    store.sweep(Math.floor(clock.nowUs() / 1_000))
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      const startedMs = clock.elapsedMs()
      // A directory that cannot be read now may be in a moment.
      await round().catch((error: unknown) =>
        log.warning('sidecars to scrape could not be listed', { error: messageOf(error) }),
      )
      const spentMs = clock.elapsedMs() - startedMs
      await pause(clock, Math.max(0, intervalMs - spentMs), stop.signal)
    }
  }

  const ended = run()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}
