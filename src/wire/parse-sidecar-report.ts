import { err, ok, type Result } from '../base/result.ts'
import type { SidecarReport } from './sidecar-report.ts'

/** A type's name, `?` for what may be absent; a list of one for each item; `*` for every value of a record. */
type Shape = string | readonly [Shape] | { readonly [field: string]: Shape }

const COUNTS = { sampled: 'number', unsampled: 'number' }
const RULE = { name: 'string', match: { '*': 'string' }, rate: 'number', untilUs: 'number?' }

/** What readers of a report rely on. More may be there: a later version says more. */
const REPORT: Shape = {
  appId: 'string',
  namespace: 'string',
  pid: 'number',
  version: 'string',
  startedUs: 'number',
  nowUs: 'number',
  configuration: {
    name: 'string?',
    files: ['string'],
    generation: 'number',
    sinceUs: 'number',
    lastReload: 'string',
    lastReloadUs: 'number',
    problems: [{ path: 'string', code: 'string', message: 'string' }],
    lastChange: [{ path: 'string', before: 'string?', after: 'string?' }],
    sources: { '*': { file: 'string', line: 'number?' } },
  },
  sampling: {
    enabled: 'boolean',
    configured: 'boolean',
    rate: 'number',
    parent: 'string?',
    overrides: [RULE],
    rules: [RULE],
    operations: [{ operation: { '*': 'string' }, rule: 'string', rate: 'number', ...COUNTS }],
  },
  exporters: [
    {
      name: 'string',
      endpoint: 'string?',
      up: 'boolean?',
      lastSuccessUs: 'number?',
      lastError: 'string?',
      lastErrorUs: 'number?',
      exported: 'number',
      dropped: { '*': 'number' },
    },
  ],
  spans: { started: 'number', sampled: 'number', kept: 'number' },
  decisions: { '*': COUNTS },
  keep: { kept: { '*': 'number' }, missed: { '*': 'number' } },
  context: { delivered: 'number', carried: 'number', lost: 'number', foreign: 'number' },
}

/**
 * Reads what a sidecar answers on `REPORT_PATH`.
 *
 * @returns the report, or why it is none: for people
 */
export function parseSidecarReport(text: string): Result<SidecarReport, string> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return err('the answer is no JSON')
  }
  const wrong = mismatch(value, REPORT, '')
  return wrong === undefined
    ? ok(value as SidecarReport)
    : err(`the answer is no report of this version: ${wrong}`)
}

function mismatch(value: unknown, shape: Shape, path: string): string | undefined {
  if (typeof shape === 'string') {
    if (value === undefined && shape.endsWith('?')) return undefined
    const type = shape.replace('?', '')
    return typeof value === type ? undefined : `${path} is no ${type}`
  }
  if (typeof value !== 'object' || value === null) return `${path || 'it'} is no object`
  if (isList(shape)) {
    if (!Array.isArray(value)) return `${path} is no list`
    return firstOf(value, (item, i) => mismatch(item, shape[0], `${path}[${i}]`))
  }
  const every = shape['*']
  const fields = every === undefined ? Object.keys(shape) : Object.keys(value)
  return firstOf(fields, (field) =>
    mismatch(
      (value as Record<string, unknown>)[field],
      every ?? (shape[field] as Shape),
      path === '' ? field : `${path}.${field}`,
    ),
  )
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape)

function firstOf<T>(
  items: readonly T[],
  look: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [i, item] of items.entries()) {
    const found = look(item, i)
    if (found !== undefined) return found
  }
  return undefined
}
