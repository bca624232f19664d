import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Problem } from '../../base/problem.ts'
import type { Environment } from '../expand-environment.ts'
import { type Path, prepare } from '../prepare.ts'
import { seenAt, valueAt } from '../seen-value.ts'
import { compileRegex } from '../user-regex.ts'
import type { ResourceDocument } from '../yaml-source.ts'
import { formatPath, toProblems } from '../zod-problems.ts'
import { lintSpec } from './lint.ts'
import { withSamplingAnnotation } from './sampling-annotation.ts'
import { readAsDaprd } from './sampling-rate.ts'
import { configurationSchema, type SpecInput } from './schema.ts'

export interface DocumentOptions {
  readonly env: Environment
  /** daprd's reading: rates that are none have a meaning, unknown fields are nobody's business. */
  readonly lenient?: boolean
  /** Absent: what is past is not noticed. */
  readonly nowMs?: number | undefined
  /** The environment is not the one that will be in force: what depends on it is a warning at most. */
  readonly foreignEnvironment?: boolean
}

/** One Configuration of a file. */
export interface ReadDocument {
  readonly name: string | undefined
  /** Empty when there are errors. */
  readonly spec: SpecInput
  /** Errors and warnings. */
  readonly problems: readonly Problem[]
  has(path: Path): boolean
  /** A problem at a path of this document, with line and value seen. */
  problemAt(path: Path, code: string, message: string, severity?: 'warning'): Problem
  lineOf(path: Path): number
}

/** Reads and checks one document. Never throws: whatever is wrong is a problem. */
export async function readConfigurationDocument(
  written: ResourceDocument,
  file: string,
  options: DocumentOptions,
): Promise<ReadDocument> {
  const annotated = withSamplingAnnotation(written, file)
  const { document, relocate } = annotated
  const { env, lenient = false, nowMs, foreignEnvironment = false } = options
  const { value, unknown, unset } = prepare(configurationSchema, document.value, env)
  const problemAt: ReadDocument['problemAt'] = (path, code, message, severity) => {
    const seen = seenAt(value, path, document.value)
    return relocate({
      path: formatPath(path),
      file,
      line: document.lineOf(path),
      code,
      message,
      ...(seen === undefined ? {} : { seen }),
      ...(severity === undefined ? {} : { severity }),
    })
  }
  const missingAt = (path: readonly PropertyKey[]) =>
    unset.find((each) => path.join('\0') === each.path.join('\0'))?.names

  const parsed = configurationSchema.safeParse(lenient ? withDaprRate(value) : value)
  const errors = parsed.success
    ? []
    : parsed.error.issues.map((issue): Problem => {
        const [problem] = toProblems([issue], value, file, document.lineOf, document.value)
        const names = missingAt(issue.path)
        if (names === undefined) return problem as Problem
        return {
          ...(problem as Problem),
          message: `${issue.message}; not set in the environment: ${names.join(', ')}`,
          ...(foreignEnvironment ? { severity: 'warning' } : {}),
        }
      })
  const spec = parsed.success ? (parsed.data.spec ?? {}) : {}
  const problems: Problem[] = [
    ...annotated.problems,
    ...errors.map(relocate),
    ...duplicateNames(value).map((path) =>
      problemAt(
        path,
        'RULE_NAME_TWICE',
        'another rule or override has this name: names are labels',
      ),
    ),
    ...(await badRegexes(value)).map(({ path, code, message }) => problemAt(path, code, message)),
    ...lintSpec(spec, nowMs).map(({ path, code, message }) =>
      problemAt(path, code, message, 'warning'),
    ),
  ]
  if (!lenient)
    for (const { path, meant } of unknown.slice(0, MAX_UNKNOWN))
      problems.push(
        problemAt(
          path,
          'FIELD_UNKNOWN',
          meant === undefined
            ? 'unknown field: it has no effect'
            : `unknown field: it has no effect; did you mean ${meant}?`,
          'warning',
        ),
      )
  if (!foreignEnvironment)
    for (const { path, names } of unset)
      if (!errors.some((error) => error.path === formatPath(path)))
        problems.push(
          problemAt(
            path,
            'ENV_NOT_SET',
            `not set in the environment, and so read as empty: ${names.join(', ')}`,
            'warning',
          ),
        )
  return {
    name: parsed.success ? parsed.data.metadata?.name : undefined,
    spec: spec as SpecInput,
    problems,
    has: (path) => valueAt(value, path) !== undefined,
    problemAt,
    lineOf: document.lineOf,
  }
}

/** A negative rate follows callers and starts nothing: the empty sampling block says so in our words. */
function withDaprRate(value: unknown): unknown {
  const { spec } = value as { readonly spec?: { readonly tracing?: Record<string, unknown> } }
  const rate = readAsDaprd(spec?.tracing?.samplingRate)
  if (rate === undefined) return value
  const tracing =
    typeof rate === 'number' && rate < 0
      ? { sampling: {}, ...spec?.tracing, samplingRate: 0 }
      : { ...spec?.tracing, samplingRate: rate }
  return { ...(value as object), spec: { ...spec, tracing } }
}

/** Looked for in the value itself: the schema would be silent about them as long as anything else is wrong. */
function duplicateNames(value: unknown): Path[] {
  const seen = new Set<string>()
  const twice: Path[] = []
  for (const list of ['overrides', 'rules']) {
    const path = ['spec', 'tracing', 'sampling', list]
    const entries = valueAt(value, path)
    if (!Array.isArray(entries)) continue
    for (const i of entries.keys()) {
      const name = valueAt(entries, [i, 'name'])
      if (typeof name !== 'string') continue
      if (seen.has(name)) twice.push([...path, i, 'name'])
      seen.add(name)
    }
  }
  return twice
}

/** In metric rules: what is found, and what it is replaced by. */
async function badRegexes(
  value: unknown,
): Promise<{ path: Path; code: string; message: string }[]> {
  const found: { path: Path; code: string; message: string }[] = []
  let count = 0
  for (const section of ['metric', 'metrics']) {
    const rules = valueAt(value, ['spec', section, 'rules'])
    for (const i of indexesOf(rules)) {
      const labels = valueAt(rules, [i, 'labels'])
      for (const j of indexesOf(labels)) {
        const table = valueAt(labels, [j, 'regex'])
        if (typeof table !== 'object' || table === null) continue
        for (const [replacement, source] of Object.entries(table)) {
          if (typeof source !== 'string') continue
          if (++count > MAX_REGEXES) {
            const message = `at most ${MAX_REGEXES} regular expressions can stand in a Configuration`
            return [...found, { path: ['spec', section, 'rules'], code: 'LIST_TOO_LONG', message }]
          }
          const path = ['spec', section, 'rules', i, 'labels', j, 'regex', replacement]
          // Requests are served between two of them.
          await nextTurn()
          const regex = await compileRegex(source)
          const checked = regex.ok ? regex.value.replacer(replacement) : regex
          if (!checked.ok)
            found.push({
              path,
              code: regex.ok ? 'REPLACEMENT_INVALID' : 'REGEX_INVALID',
              message: checked.error,
            })
        }
      }
    }
  }
  return found
}

/** Beyond this it is some other file, not a slip of the pen. */
const MAX_UNKNOWN = 50
/** Each takes up to 10 ms to compile. */
const MAX_REGEXES = 200

const indexesOf = (list: unknown): Iterable<number> => (Array.isArray(list) ? list.keys() : [])
