import type { Problem } from '../../base/problem.ts'
import type { Environment } from '../expand-environment.ts'
import { MASK } from '../seen-value.ts'
import { HEADER_VALUE, HTTP_TOKEN } from './export-headers.ts'
import { OTEL_TIMEOUT_MS } from './otel.ts'

/** What a variable says, and its name. Unset = an empty text. */
export interface OtelVariable {
  readonly name: string
  readonly text: string
}

/** `OTEL_EXPORTER_OTLP_*` of one signal. */
export interface OtelVariables {
  /** The variable of the signal goes before the one for all signals. @param what for example `ENDPOINT` */
  read(what: string): OtelVariable
  /** Whole milliseconds of any variable; a bad one is reported. */
  milliseconds(variable: OtelVariable, fallback: number): number
  timeoutMs(): number
  headers(): Readonly<Record<string, string>>
}

export type ReportVariable = (name: string, problem: Omit<Problem, 'path'>) => void

const MAX_MS = 600_000

export function otelVariables(
  env: Environment,
  signal: 'TRACES' | 'METRICS',
  report: ReportVariable,
): OtelVariables {
  const read = (what: string): OtelVariable => {
    const own = `OTEL_EXPORTER_OTLP_${signal}_${what}`
    const all = `OTEL_EXPORTER_OTLP_${what}`
    return env[own] ? { name: own, text: env[own] } : { name: all, text: env[all] ?? '' }
  }
  const milliseconds = ({ name, text }: OtelVariable, fallback: number): number => {
    const value = text === '' ? fallback : Number(text)
    if (/^\d*$/.test(text) && value >= 1 && value <= MAX_MS) return value
    report(name, {
      code: 'NUMBER_INVALID',
      message: `whole milliseconds from 1 to ${MAX_MS} are needed`,
      seen: text,
    })
    return fallback
  }
  return {
    read,
    milliseconds,
    timeoutMs: () => milliseconds(read('TIMEOUT'), OTEL_TIMEOUT_MS),
    headers() {
      const { name, text } = read('HEADERS')
      const headers = readHeaders(text)
      if (headers !== undefined) return headers
      report(name, {
        code: 'HEADER_INVALID',
        message: 'name=value pairs with commas between them are needed, values percent-encoded',
        seen: MASK,
      })
      return {}
    },
  }
}

function readHeaders(text: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {}
  if (text.trim() === '') return headers
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, Math.max(at, 0)).trim().toLowerCase()
    const value = decode(pair.slice(at + 1))?.trim()
    if (!HTTP_TOKEN.test(name) || value === undefined || !HEADER_VALUE.test(value)) return undefined
    headers[name] = value
  }
  return headers
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
