import { ok } from '../base/result.ts'
import type { Board } from '../dashboards/index.ts'
import { type Answer, getJson } from './api.ts'
import type { BoardWindow, Exemplar, Series } from './model/series.ts'

/** Prometheus' own API, below the mount. */
const API = 'api/v1'

interface Success<T> {
  readonly status: 'success'
  readonly data: T
}
type Sample = readonly [seconds: number, value: string]
interface Result {
  readonly metric: Readonly<Record<string, string>>
  readonly values?: readonly Sample[]
  readonly value?: Sample
}
interface FoundExemplars {
  readonly exemplars: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly value: string
    readonly timestamp: number
  }[]
}

const isSuccess = <T>(value: unknown): value is Success<T> =>
  typeof value === 'object' && value !== null && 'status' in value && value.status === 'success'

async function ask<T>(path: string, query: Record<string, string>, signal?: AbortSignal) {
  const answer = await getJson(`${API}/${path}?${new URLSearchParams(query)}`, isSuccess<T>, signal)
  return answer.ok ? ok(answer.value.data) : answer
}

const span = ({ fromMs, toMs }: BoardWindow): Record<string, string> => ({
  start: String(fromMs / 1_000),
  end: String(toMs / 1_000),
})

const toSeries = ({ metric, values, value }: Result): Series => ({
  labels: metric,
  points: (values ?? (value === undefined ? [] : [value])).map(([seconds, text]) => ({
    atMs: seconds * 1_000,
    value: Number(text.replace('Inf', 'Infinity')),
  })),
})

/** What an expression was at each step. */
export async function getRange(
  expr: string,
  window: BoardWindow,
  signal?: AbortSignal,
): Promise<Answer<readonly Series[]>> {
  const query = { query: expr, ...span(window), step: String(window.stepMs / 1_000) }
  const answer = await ask<{ result: readonly Result[] }>('query_range', query, signal)
  return answer.ok ? ok(answer.value.result.map(toSeries)) : answer
}

/** What it is now. */
export async function getInstant(
  expr: string,
  { nowMs }: BoardWindow,
  signal?: AbortSignal,
): Promise<Answer<readonly Series[]>> {
  const query = { query: expr, time: String(nowMs / 1_000) }
  const answer = await ask<{ result: readonly Result[] }>('query', query, signal)
  return answer.ok ? ok(answer.value.result.map(toSeries)) : answer
}

export async function getExemplars(
  expr: string,
  window: BoardWindow,
  signal?: AbortSignal,
): Promise<Answer<readonly Exemplar[]>> {
  const query = { query: expr, ...span(window) }
  const answer = await ask<readonly FoundExemplars[]>('query_exemplars', query, signal)
  if (!answer.ok) return answer
  return ok(
    answer.value.flatMap(({ exemplars }) =>
      exemplars.flatMap(({ labels, value, timestamp }) =>
        labels.trace_id === undefined
          ? []
          : { traceId: labels.trace_id, value: Number(value), atMs: timestamp * 1_000 },
      ),
    ),
  )
}

/** Apps that were scraped. */
export const getApps = (signal?: AbortSignal): Promise<Answer<readonly string[]>> =>
  ask<readonly string[]>('label/app_id/values', {}, signal)

const isBoards = (value: unknown): value is { readonly boards: readonly Board[] } =>
  typeof value === 'object' && value !== null && 'boards' in value && Array.isArray(value.boards)

export async function getBoards(signal?: AbortSignal): Promise<Answer<readonly Board[]>> {
  const answer = await getJson('sidelight/api/v1/boards', isBoards, signal)
  return answer.ok ? ok(answer.value.boards) : answer
}
