import { parseDurationMs } from '../base/duration.ts'
import { nearest } from '../base/nearest.ts'
import type { Problem } from '../base/problem.ts'
import { parseBytes } from '../base/quantity.ts'
import { err, ok, type Result } from '../base/result.ts'

/** One flag of a command. Parser, help and docs are made of these. */
export interface Flag {
  /** Without dashes. */
  readonly name: string
  readonly short?: string
  readonly type: 'string' | 'list' | 'bool' | 'int' | 'port' | 'durationMs' | 'bytes'
  /** As a user would write it. Absent = not set. */
  readonly default?: string
  readonly doc: string
  /** Why it does nothing: accepted, with a warning. */
  readonly noEffect?: string
  /** Left out of the help: accepted for programs that still send it. */
  readonly deprecated?: true
}

type Parsed<T extends Flag['type']> = T extends 'string'
  ? string
  : T extends 'list'
    ? readonly string[]
    : T extends 'bool'
      ? boolean
      : number

/** Values by flag name; what has no default may be absent. */
export type FlagValues<F extends readonly Flag[]> = {
  readonly [E in F[number] as E['name']]: E extends { readonly default: string }
    ? Parsed<E['type']>
    : E['type'] extends 'list'
      ? Parsed<E['type']>
      : Parsed<E['type']> | undefined
}

export interface ParsedFlags<F extends readonly Flag[]> {
  readonly values: FlagValues<F>
  /** Names that were given, in contrast to those that have their default. */
  readonly given: ReadonlySet<string>
  /** What is not a flag, in order. */
  readonly positional: readonly string[]
  /** What stands behind `--`. */
  readonly rest: readonly string[]
}

/**
 * Reads argv as Go's flag packages do: one dash or two, `--name=value` or `--name value`, booleans alone or
 * with a value, lists by repeating.
 */
export function parseFlags<const F extends readonly Flag[]>(
  flags: F,
  argv: readonly string[],
): Result<ParsedFlags<F>, Problem[]> {
  const byName = new Map<string, Flag>()
  for (const flag of flags) {
    byName.set(flag.name, flag)
    if (flag.short !== undefined) byName.set(flag.short, flag)
  }
  const raw = new Map<string, string[]>()
  const positional: string[] = []
  const problems: Problem[] = []
  let rest: readonly string[] = []

  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string
    if (word === '--') {
      rest = argv.slice(i + 1)
      break
    }
    const match = /^--?([A-Za-z][\w-]*)(?:=([\s\S]*))?$/.exec(word)
    if (match === null) {
      positional.push(word)
      continue
    }
    const name = match[1] as string
    const flag = byName.get(name)
    if (flag === undefined) {
      problems.push(unknown(name, byName.keys()))
      continue
    }
    let value = match[2]
    if (value === undefined && flag.type === 'bool') value = 'true'
    if (value === undefined) value = argv[++i]
    if (value === undefined) problems.push(problem(flag, 'FLAG_WITHOUT_VALUE', 'a value is needed'))
    else raw.set(flag.name, [...(raw.get(flag.name) ?? []), value])
  }

  const values: Record<string, unknown> = {}
  for (const flag of flags) {
    const read = readValue(flag, raw.get(flag.name))
    if (read.ok) values[flag.name] = read.value
    else problems.push(read.error)
  }
  if (problems.length > 0) return err(problems)
  return ok({ values: values as FlagValues<F>, given: new Set(raw.keys()), positional, rest })
}

function readValue(flag: Flag, given: string[] | undefined): Result<unknown, Problem> {
  if (flag.type === 'list') return ok(given ?? (flag.default === undefined ? [] : [flag.default]))
  // The last one wins, as in Go.
  const text = given?.at(-1) ?? flag.default
  if (text === undefined) return ok(undefined)
  const value = READERS[flag.type](text)
  return value === undefined
    ? err(problem(flag, 'FLAG_INVALID', `${EXPECTED[flag.type]} is needed`, text))
    : ok(value)
}

const READERS: Readonly<
  Record<Exclude<Flag['type'], 'list'>, (text: string) => string | number | boolean | undefined>
> = {
  string: (text) => text,
  bool: (text) => BOOLEANS.get(text.toLowerCase()),
  int: (text) => (/^-?\d+$/.test(text) ? Number(text) : undefined),
  port: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined),
  durationMs: parseDurationMs,
  bytes: parseBytes,
}
/** A map, since an object would take `constructor` for a value. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['t', true],
  ['1', true],
  ['false', false],
  ['f', false],
  ['0', false],
])
const EXPECTED: Readonly<Record<Flag['type'], string>> = {
  string: 'a text',
  list: 'a text',
  bool: 'true or false',
  int: 'a whole number',
  port: 'a port from 0 to 65535',
  durationMs: 'a duration such as 5s or 500ms',
  bytes: 'a size such as 4Mi or 64Ki',
}

const problem = (flag: Flag, code: string, message: string, seen?: string): Problem => ({
  path: `--${flag.name}`,
  code,
  message: `${message}: ${flag.doc}`,
  ...(seen === undefined ? {} : { seen }),
})

function unknown(name: string, known: Iterable<string>): Problem {
  const meant = nearest(name, known)
  return {
    path: `--${name}`,
    code: 'FLAG_UNKNOWN',
    message:
      meant === undefined
        ? 'no such flag; --help lists them'
        : `no such flag; did you mean --${meant}?`,
  }
}

/** Lines of a command's help, one flag each, aligned. */
export function describeFlags(flags: readonly Flag[]): string {
  const shown = flags.filter((flag) => flag.deprecated === undefined && flag.noEffect === undefined)
  const left = shown.map(({ name, short, type }) => {
    const value = type === 'bool' ? '' : ` ${VALUE_NAMES[type]}`
    return `${short === undefined ? '    ' : `-${short}, `}--${name}${value}`
  })
  const width = Math.max(...left.map((text) => text.length))
  return shown
    .map((flag, i) => {
      const fallback = flag.default === undefined ? '' : ` (default ${flag.default || '""'})`
      return `  ${(left[i] as string).padEnd(width)}  ${flag.doc}${fallback}`
    })
    .join('\n')
}
const VALUE_NAMES: Readonly<Record<Exclude<Flag['type'], 'bool'>, string>> = {
  string: 'TEXT',
  list: 'TEXT…',
  int: 'N',
  port: 'PORT',
  durationMs: 'DURATION',
  bytes: 'SIZE',
}
