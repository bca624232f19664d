import { err, ok, type Result } from '../base/result.ts'
import type { ZipkinSpan } from '../wire/zipkin-span.ts'
import type { DependencyLink } from './model/service-graph.ts'

/** Why an answer is missing. `unreachable` and `overloaded` may pass by themselves. */
export interface Failure {
  readonly kind: 'unreachable' | 'overloaded' | 'notFound' | 'refused' | 'malformed'
  /** HTTP status, 0 when there was no answer. */
  readonly status: number
  /** The backend's own words, or the browser's. */
  readonly message: string
  /** JSON that came with a refusal. */
  readonly body?: unknown
}

export type Answer<T> = Result<T, Failure>

export const isPassing = ({ kind }: Failure): boolean =>
  kind === 'unreachable' || kind === 'overloaded'

/** GET below the mount; `check` is the shape the caller relies on. */
export const getJson = <T>(
  path: string,
  check: (value: unknown) => value is T,
  signal?: AbortSignal,
): Promise<Answer<T>> => askJson(path, check, signal === undefined ? {} : { signal })

/** As `getJson`, with a method and a body. */
export async function askJson<T>(
  path: string,
  check: (value: unknown) => value is T,
  request: RequestInit,
): Promise<Answer<T>> {
  let response: Response
  let text: string
  try {
    // Names may be cached for minutes (Zipkin's rule); people who look want what is there now.
    response = await fetch(path, { cache: 'no-cache', ...request })
    text = await response.text()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return err({ kind: 'unreachable', status: 0, message })
  }
  if (!response.ok) return err(toFailure(response, text))
  const value = parseJson(text)
  if (check(value)) return ok(value)
  const message = `${path.replace(/\?.*/, '')} did not answer with the expected JSON; another server may stand at this address.`
  return err({ kind: 'malformed', status: response.status, message })
}

function toFailure(response: Response, text: string): Failure {
  const { status, statusText } = response
  const type = response.headers.get('content-type')
  const words = type === null || type.startsWith('text/plain') ? text.trim().slice(0, 500) : ''
  const message = words === '' ? `${status} ${statusText}`.trim() : words
  if (status === 404) return { kind: 'notFound', status, message }
  if (status === 429 || status === 503) return { kind: 'overloaded', status, message }
  if (status === 502 || status === 504) return { kind: 'unreachable', status, message }
  const body = type?.startsWith('application/json') === true ? { body: parseJson(text) } : {}
  return { kind: 'refused', status, message, ...body }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

const isSpan = (value: unknown): value is ZipkinSpan =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  typeof value.id === 'string' &&
  'traceId' in value &&
  typeof value.traceId === 'string'

const isSpans = (value: unknown): value is ZipkinSpan[] =>
  Array.isArray(value) && value.every(isSpan)

const isTraces = (value: unknown): value is ZipkinSpan[][] =>
  Array.isArray(value) && value.every(isSpans)

const isLink = (value: unknown): value is DependencyLink =>
  typeof value === 'object' && value !== null && 'parent' in value && 'child' in value

const isLinks = (value: unknown): value is DependencyLink[] =>
  Array.isArray(value) && value.every(isLink)

const API = 'api/v2'

export const getServices = (signal?: AbortSignal): Promise<Answer<string[]>> =>
  getJson(`${API}/services`, isStrings, signal)

export const getNames = (
  list: 'spans' | 'remoteServices',
  serviceName: string,
  signal?: AbortSignal,
): Promise<Answer<string[]>> =>
  getJson(`${API}/${list}?${new URLSearchParams({ serviceName })}`, isStrings, signal)

export const getTraces = (
  params: URLSearchParams,
  signal?: AbortSignal,
): Promise<Answer<ZipkinSpan[][]>> => getJson(`${API}/traces?${params}`, isTraces, signal)

export const getTrace = (traceId: string, signal?: AbortSignal): Promise<Answer<ZipkinSpan[]>> =>
  getJson(`${API}/trace/${encodeURIComponent(traceId)}`, isSpans, signal)

export const getDependencies = (
  window: { readonly endTs: string; readonly lookback: string },
  signal?: AbortSignal,
): Promise<Answer<DependencyLink[]>> =>
  getJson(`${API}/dependencies?${new URLSearchParams(window)}`, isLinks, signal)

/** Removes every stored trace. Its path lies outside the mount, beside it. */
export async function clearTraces(): Promise<Answer<undefined>> {
  try {
    const response = await fetch('../admin/clear', { method: 'POST' })
    return response.ok ? ok(undefined) : err(toFailure(response, await response.text()))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return err({ kind: 'unreachable', status: 0, message })
  }
}
