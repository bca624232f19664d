import { signal } from '@preact/signals'
import { formatDuration } from '../base/short-duration.ts'
import { getJson, isPassing } from './api.ts'
import { clock } from './clock.ts'

/** What `config.json` says, each missing field at Zipkin's default. */
export interface Settings {
  readonly defaultLookbackMs: number
  readonly queryLimit: number
  readonly searchEnabled: boolean
  /** Whether the backend lets the console remove all traces. */
  readonly allowClear: boolean
  /** A Sidelight backend also knows the sidecars; a stock Zipkin has traces only. */
  readonly knowsSidecars: boolean
  /** How long the backend keeps what it is sent, in words, when it says so. */
  readonly retention: string | undefined
  /** Whose traces these are, when the backend keeps none of its own. */
  readonly upstream: string | undefined
}

/** `undefined` until the backend has answered once. */
export const settings = signal<Settings | undefined>(undefined)

const RETRY_MS = 3000

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A backend that does not serve the file is used with the defaults; pages report what they miss. */
export async function loadSettings(): Promise<void> {
  const answer = await getJson('config.json', isObject)
  if (!answer.ok && isPassing(answer.error)) clock.after(RETRY_MS, () => void loadSettings())
  const found = answer.ok ? answer.value : {}
  const own = isObject(found.sidelight) ? found.sidelight : {}
  const lookback = found.defaultLookback
  const limit = found.queryLimit
  settings.value = {
    defaultLookbackMs: typeof lookback === 'number' && lookback > 0 ? lookback : 900_000,
    queryLimit: typeof limit === 'number' && limit > 0 ? limit : 10,
    searchEnabled: found.searchEnabled !== false,
    allowClear: own.allowClear === true,
    knowsSidecars: isObject(found.sidelight),
    retention: isObject(own.retention) ? retentionInWords(own.retention) : undefined,
    upstream: typeof own.upstream === 'string' ? own.upstream : undefined,
  }
}

function retentionInWords(retention: Record<string, unknown>): string | undefined {
  const { maxSpans, retainMs, maxBytes } = retention
  const parts: string[] = []
  if (typeof maxSpans === 'number')
    parts.push(`the newest ${maxSpans.toLocaleString('en')} spans, in memory`)
  if (typeof retainMs === 'number') parts.push(`spans for ${formatDuration(retainMs * 1000)}`)
  if (typeof maxBytes === 'number') parts.push(`at most ${(maxBytes / 2 ** 30).toPrecision(2)} GiB`)
  return parts.length === 0 ? undefined : parts.join(', ')
}
