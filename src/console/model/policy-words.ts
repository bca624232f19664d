import type { OperationReport, RuleReport, SamplingReport } from '../../wire/sidecar-report.ts'

/** A sampling rate for people: `100%`, `12.5%`, `0.1%`, `1 in 10,000`, `none`. */
export function rateInWords(rate: number): string {
  if (rate <= 0) return 'none'
  if (rate >= 0.001) return `${Number((rate * 100).toPrecision(3))}%`
  return `1 in ${Math.round(1 / rate).toLocaleString('en')}`
}

/** What a sidecar does with requests, in one line for a table. */
export function policyInWords(sampling: SamplingReport): string {
  if (!sampling.configured) return 'no tracing section'
  if (!sampling.enabled) return 'off'
  const parts = [
    sampling.rate > 0 ? `${rateInWords(sampling.rate)} of new traces` : 'follows callers only',
  ]
  if (sampling.overrides.length > 0) parts.push(counted(sampling.overrides.length, 'override'))
  if (sampling.rules.length > 0) parts.push(counted(sampling.rules.length, 'rule'))
  if (sampling.keep !== undefined) parts.push('keep')
  return parts.join(' · ')
}

/** What a rule asks for: `api invoke, path /orders/*`; a rule without conditions takes everything. */
export const matchInWords = (match: RuleReport['match']): string =>
  Object.entries(match)
    .map(([field, glob]) => `${field} ${glob}`)
    .join(', ') || 'everything'

const FIRST = ['api', 'method', 'target', 'path', 'topic', 'component']

/** The fields of an operation, the telling ones first: `invoke POST orders /orders/{id}`. */
export function operationInWords({ operation }: Pick<OperationReport, 'operation'>): string {
  const first = FIRST.flatMap((field) => operation[field] ?? [])
  const rest = Object.entries(operation).flatMap(([field, value]) =>
    FIRST.includes(field) ? [] : [`${field} ${value}`],
  )
  return [...first, ...rest].join(' ') || 'anything'
}

/** `1 rule`, `1,200 rules`. */
export const counted = (n: number, what: string): string =>
  `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`
