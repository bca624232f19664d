import { Fault } from '../../../base/fault.ts'
import { headerValue, readBody } from '../../../net/index.ts'
import type { BackendExchange } from '../../exchange.ts'
import { parseNumber, parseQueryDurationMs } from '../../promql/literals.ts'

const MAX_FORM_BYTES = 1_048_576
const FORM = /^application\/x-www-form-urlencoded\s*(?:;|$)/i

/** Of the address, and of the form that a POST carries: long queries do not fit into an address. */
export async function readParameters({ request }: BackendExchange): Promise<URLSearchParams> {
  const parameters = new URLSearchParams(request.query)
  const type = headerValue(request.headers, 'content-type') ?? ''
  if (request.method !== 'POST' || !FORM.test(type)) return parameters
  const form = Buffer.from(await readBody(request, MAX_FORM_BYTES)).toString()
  // The form's values come first, as in Go.
  return new URLSearchParams([...new URLSearchParams(form), ...parameters])
}

export const badParameter = (name: string, message: string): Fault =>
  new Fault('BAD_QUERY', `invalid parameter ${JSON.stringify(name)}: ${message}`)

/** Integer ms of the epoch. Written as seconds, or as RFC 3339. Absent = `fallbackMs`, if there is one. */
export function readTimeMs(parameters: URLSearchParams, name: string, fallbackMs?: number): number {
  const text = parameters.get(name) ?? ''
  if (text === '' && fallbackMs !== undefined) return fallbackMs
  const seconds = /^[\d.+-]/.test(text) ? Number(text) : Number.NaN
  const ms = Number.isFinite(seconds) ? Math.round(seconds * 1_000) : parseRfc3339(text)
  if (ms !== undefined && Math.abs(ms) <= MAX_TIME_MS) return ms
  throw badParameter(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`)
}

/** Whole milliseconds stay exact. */
const MAX_TIME_MS = Number.MAX_SAFE_INTEGER

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

function parseRfc3339(text: string): number | undefined {
  const ms = RFC_3339.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

/** Written as seconds, or as `5m`. */
export function readStepMs(parameters: URLSearchParams, name: string): number {
  const text = parameters.get(name) ?? ''
  const ms = parseQueryDurationMs(text) ?? (parseNumber(text) ?? Number.NaN) * 1_000
  if (Number.isNaN(ms) || !Number.isFinite(ms))
    throw badParameter(name, `cannot parse ${JSON.stringify(text)} to a valid duration`)
  if (ms <= 0)
    throw badParameter(
      name,
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    )
  // A step is at least the resolution of time.
  return Math.max(1, Math.round(ms))
}

/** How long the asker waits at most; never longer than `mostMs`. */
export const readTimeoutMs = (parameters: URLSearchParams, mostMs: number): number =>
  parameters.has('timeout') ? Math.min(mostMs, readStepMs(parameters, 'timeout')) : mostMs

/** @throws Fault `BAD_QUERY` when the end lies before the start */
export function readSpan(
  parameters: URLSearchParams,
  fallback?: { readonly startMs: number; readonly endMs: number },
): { readonly startMs: number; readonly endMs: number } {
  const startMs = readTimeMs(parameters, 'start', fallback?.startMs)
  const endMs = readTimeMs(parameters, 'end', fallback?.endMs)
  if (endMs < startMs) throw badParameter('end', 'end timestamp must not be before start time')
  return { startMs, endMs }
}
