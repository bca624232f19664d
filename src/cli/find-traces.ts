import { Fault } from '../base/fault.ts'
import { readTrace, type Trace } from '../wire/trace/trace.ts'
import type { ZipkinSpan } from '../wire/zipkin-span.ts'
import { askBackend } from './ask-backend.ts'

/** Zipkin's terms; what is absent is not asked for. */
export interface TraceSearch {
  readonly service?: string | undefined
  readonly name?: string | undefined
  readonly query?: string | undefined
  readonly 'min-duration'?: number | undefined
  readonly 'max-duration'?: number | undefined
}

export interface TraceWindow {
  /** Epoch milliseconds. */
  readonly endMs: number
  readonly lookbackMs: number
  readonly limit: number
}

export type Spans = readonly ZipkinSpan[]

const MAX_SHOWN = 200

/** @returns the spans of each @throws Fault `BACKEND_…` */
export async function findTraces(
  backend: string,
  { service, name, query, 'min-duration': min, 'max-duration': max }: TraceSearch,
  { endMs, lookbackMs, limit }: TraceWindow,
): Promise<readonly Spans[]> {
  const given = {
    serviceName: service,
    spanName: name,
    annotationQuery: query,
    minDuration: min === undefined ? undefined : String(Math.round(min * 1000)),
    maxDuration: max === undefined ? undefined : String(Math.round(max * 1000)),
    endTs: String(Math.ceil(endMs)),
    lookback: String(lookbackMs),
    limit: String(limit),
  }
  const parameters = Object.entries(given).filter(
    (each): each is [string, string] => each[1] !== undefined,
  )
  return (await ask(backend, `/api/v2/traces?${new URLSearchParams(parameters)}`)) ?? []
}

/** @returns its spans; `undefined` when there is none @throws Fault `BACKEND_…` */
export const findTrace = (backend: string, traceId: string): Promise<Spans | undefined> =>
  ask(backend, `/api/v2/trace/${traceId}`)

export const newestFirst = (found: readonly Spans[]): Trace[] =>
  found.flatMap((spans) => readTrace(spans) ?? []).sort((a, b) => b.startUs - a.startUs)

async function ask<T>(backend: string, path: string): Promise<T | undefined> {
  const { status, body } = await askBackend(backend, { method: 'GET', path })
  if (status === 404) return undefined
  const answer = status === 200 ? readJson(body) : undefined
  if (Array.isArray(answer)) return answer as T
  throw new Fault(
    'BACKEND_ANSWER',
    `${backend} answered ${status} and is no Zipkin, or does not take the question: ${body.slice(0, MAX_SHOWN)}`,
  )
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
