import type { ExposedExemplar, ExposedSample, MetricMetadata } from './exposed-sample.ts'
import { type LabelPair, labelsOf, METRIC_NAME } from './labels.ts'

/** One line of a scrape. */
export type ExpositionLine =
  | { readonly kind: 'sample'; readonly sample: ExposedSample }
  | {
      readonly kind: 'metadata'
      readonly name: string
      readonly field: keyof MetricMetadata
      readonly value: string
    }
  | { readonly kind: 'nothing' | 'end' }
  | { readonly kind: 'wrong'; readonly message: string }

/** What the two formats do not share. */
interface Dialect {
  /** Between two words. */
  readonly gap: RegExp
  /** Where a gap may stand and need not. */
  readonly optionalGap: RegExp
  readonly types: ReadonlySet<string>
  /** A number of the exposition as milliseconds; `undefined` when it is no time. */
  timeMs(text: string): number | undefined
  readonly hasExemplars: boolean
  /** Of a line that starts with `#` and is neither metadata nor the end. */
  readonly hasComments: boolean
}

const TEXT: Dialect = {
  gap: /[ \t]*/y,
  optionalGap: /[ \t]*/y,
  types: new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped']),
  timeMs: (text) => (/^-?\d+$/.test(text) ? Number(text) : undefined),
  hasExemplars: false,
  hasComments: true,
}

const OPENMETRICS: Dialect = {
  gap: / /y,
  optionalGap: /(?:)/y,
  types: new Set([
    'counter',
    'gauge',
    'histogram',
    'gaugehistogram',
    'stateset',
    'info',
    'summary',
    'unknown',
  ]),
  timeMs(text) {
    const seconds = parseValue(text)
    // Prometheus cuts off what is less than a millisecond.
    return Number.isFinite(seconds) ? Math.trunc((seconds as number) * 1_000) : undefined
  },
  hasExemplars: true,
  hasComments: false,
}

export const TEXT_LINES = (line: string): ExpositionLine => readLine(line, TEXT)
export const OPENMETRICS_LINES = (line: string): ExpositionLine =>
  line === '# EOF' ? { kind: 'end' } : readLine(line, OPENMETRICS)

/** A place in a line. */
interface Place {
  readonly line: string
  at: number
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y
const QUOTED = /"((?:[^"\\]|\\.)*)"/y
const WORD = /[^ \t{}#]+/y

/** Takes what matches here and stands behind it. */
function take(place: Place, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = place.at
  const match = pattern.exec(place.line)
  if (match === null) return undefined
  place.at = pattern.lastIndex
  return match
}

const isAtEnd = ({ line, at }: Place): boolean => at === line.length

function readLine(line: string, dialect: Dialect): ExpositionLine {
  const place = { line, at: 0 }
  take(place, dialect.optionalGap)
  if (isAtEnd(place))
    return dialect.hasComments ? { kind: 'nothing' } : wrong('an empty line is not allowed')
  if (line[place.at] === '#') return readMetadata(place, dialect)
  const name = take(place, NAME)?.[0]
  if (name === undefined) return wrong('a line begins with the name of a metric')
  const labels = readLabels(place, dialect, [[METRIC_NAME, name]])
  if (typeof labels === 'string') return wrong(labels)
  const value = readValue(place, dialect)
  if (value === undefined) return wrong('a value is expected behind the series')
  const timeMs = readTime(place, dialect)
  if (timeMs === 'wrong') return wrong('what stands behind the value is no time')
  const exemplar = readExemplar(place, dialect)
  if (typeof exemplar === 'string') return wrong(exemplar)
  if (!dialect.hasExemplars) take(place, dialect.optionalGap)
  if (!isAtEnd(place)) return wrong('the line goes on behind its last part')
  return {
    kind: 'sample',
    sample: {
      labels: labelsOf(labels),
      value,
      ...(timeMs === undefined ? {} : { timeMs }),
      ...(exemplar === undefined ? {} : { exemplar }),
    },
  }
}

const wrong = (message: string): ExpositionLine => ({ kind: 'wrong', message })

/** `{a="b",c="d"}`, or nothing. @returns the labels behind `pairs`, or what is wrong */
function readLabels(
  place: Place,
  { optionalGap }: Dialect,
  pairs: LabelPair[],
): LabelPair[] | string {
  const gap = place.at
  take(place, optionalGap)
  if (take(place, /\{/y) === undefined) {
    place.at = gap
    return pairs
  }
  const seen = new Set<string>(pairs.map(([name]) => name))
  for (;;) {
    take(place, optionalGap)
    if (take(place, /\}/y) !== undefined) return pairs
    const name = take(place, LABEL)?.[0]
    if (name === undefined) return 'the name of a label is expected'
    take(place, optionalGap)
    if (take(place, /=/y) === undefined) return 'a label has a = behind its name'
    take(place, optionalGap)
    const quoted = take(place, QUOTED)?.[1]
    const value = quoted === undefined ? undefined : readEscapes(quoted)
    if (value === undefined) return 'a label has its value in quotes, with \\\\, \\" and \\n only'
    if (seen.has(name)) return 'a label stands twice'
    seen.add(name)
    pairs.push([name, value])
    take(place, optionalGap)
    if (take(place, /,/y) === undefined && place.line[place.at] !== '}')
      return 'labels are separated by commas and end with }'
  }
}

const ESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' }

function readEscapes(text: string): string | undefined {
  if (!text.includes('\\')) return text
  let isValid = true
  const plain = text.replace(/\\./g, (found) => {
    const character = ESCAPED[found]
    if (character === undefined) isValid = false
    return character ?? ''
  })
  return isValid ? plain : undefined
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const INFINITE = /^([+-]?)inf(?:inity)?$/i

/** A number as Go writes it. */
function parseValue(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text)
  const infinite = INFINITE.exec(text)
  if (infinite !== null)
    return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return /^nan$/i.test(text) ? Number.NaN : undefined
}

const readValue = (place: Place, { gap }: Dialect): number | undefined =>
  parseValue((take(place, gap) && take(place, WORD)?.[0]) ?? '')

function readTime(place: Place, { gap, timeMs }: Dialect): number | undefined | 'wrong' {
  const before = place.at
  const word = take(place, gap) && take(place, WORD)?.[0]
  if (word !== undefined) return timeMs(word) ?? 'wrong'
  place.at = before
  return undefined
}

/** ` # {trace_id="…"} 0.5 1767225600.123`. @returns or what is wrong */
function readExemplar(place: Place, dialect: Dialect): ExposedExemplar | undefined | string {
  if (!dialect.hasExemplars || take(place, / # (?=\{)/y) === undefined) return undefined
  const labels = readLabels(place, dialect, [])
  if (typeof labels === 'string') return labels
  const value = readValue(place, dialect)
  if (value === undefined) return 'an exemplar has a value behind its labels'
  const timeMs = readTime(place, dialect)
  if (timeMs === 'wrong') return 'what stands behind the value of an exemplar is no time'
  return { labels: labelsOf(labels), value, ...(timeMs === undefined ? {} : { timeMs }) }
}

const METADATA = /#[ \t]+(HELP|TYPE|UNIT)[ \t]+([a-zA-Z_:][a-zA-Z0-9_:]*)(?:[ \t]+(.*))?$/y
const FIELDS: Readonly<Record<string, keyof MetricMetadata>> = {
  HELP: 'help',
  TYPE: 'type',
  UNIT: 'unit',
}

function readMetadata(place: Place, dialect: Dialect): ExpositionLine {
  const [, keyword, name, rest = ''] = take(place, METADATA) ?? []
  const field = FIELDS[keyword ?? '']
  if (field === undefined || name === undefined || (field === 'unit' && dialect.hasComments))
    return dialect.hasComments ? { kind: 'nothing' } : wrong('a comment is not allowed')
  if (field === 'help') return { kind: 'metadata', name, field, value: unescapeHelp(rest) }
  const value = rest.trim()
  if (field === 'type' && !dialect.types.has(value)) return wrong('no type of a metric')
  return { kind: 'metadata', name, field, value: value === 'untyped' ? 'unknown' : value }
}

/** Other escapes stand for themselves. */
const unescapeHelp = (text: string): string =>
  text.replace(/\\[\\"n]/g, (found) => ESCAPED[found] as string)
