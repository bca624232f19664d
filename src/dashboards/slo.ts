import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { nearest } from '../base/nearest.ts'
import type { Problem } from '../base/problem.ts'
import { err, ok, type Result } from '../base/result.ts'
import { httpMetrics } from '../telemetry/index.ts'

/** What is promised of an app's answers. */
export interface Slo {
  /** Label `slo` of its rules and alerts. */
  readonly name: string
  /** Regular expression of app ids, anchored. */
  readonly apps: string
  /** Share of good answers, for example 0.999. */
  readonly objective: number
  /** An answer is good when it came this fast; absent: when it is no 5xx. One of the histogram's bounds. */
  readonly withinMs: number | undefined
}

const BOUNDS = httpMetrics.clientRoundtripLatency.buckets
const SLO_KEYS = ['name', 'apps', 'objective', 'withinMs']

const slo = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, 'a name of small letters, digits and - is needed'),
  apps: z.string().default('.*').refine(isRegex, 'no regular expression'),
  objective: z
    .number('a percentage such as 99.9 is needed')
    .gt(50, 'a percentage between 50 and 100 is needed')
    .lt(100, 'a percentage below 100 is needed: nobody keeps 100'),
  withinMs: z
    .number('a number of milliseconds is needed')
    .refine(
      (ms) => BOUNDS.includes(ms),
      `it has to be a bound of the latency histogram: ${BOUNDS.join(', ')}`,
    )
    .optional(),
})
const file = z.strictObject({ slos: z.array(slo, 'a list is needed').min(1, 'no objective in it') })

/** The file of objectives. @param name of the file, for problems @returns or everything that is wrong with it */
export function parseSlos(text: string, name: string): Result<readonly Slo[], readonly Problem[]> {
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined
    return err([
      { path: '', file: name, ...(line && { line }), code: 'SLO_INVALID', message: 'no YAML' },
    ])
  }
  const parsed = file.safeParse(value)
  if (!parsed.success)
    return err(
      parsed.error.issues.map((issue) => ({
        path: issue.path.join('.'),
        file: name,
        code: 'SLO_INVALID',
        message: issue.code === 'unrecognized_keys' ? unknown(issue.keys) : issue.message,
      })),
    )
  const names = parsed.data.slos.map((each) => each.name)
  const twice = names.find((each, i) => names.indexOf(each) !== i)
  if (twice !== undefined)
    return err([
      { path: 'slos', file: name, code: 'SLO_INVALID', message: `${twice} stands in it twice` },
    ])
  return ok(
    parsed.data.slos.map(({ objective, withinMs, ...rest }) => ({
      ...rest,
      // 99.9 / 100 is not quite 0.999 in floating point.
      objective: Number((objective / 100).toPrecision(12)),
      withinMs,
    })),
  )
}

function unknown(keys: readonly string[]): string {
  const [key = ''] = keys
  const meant = nearest(key, ['slos', ...SLO_KEYS])
  return `unknown field ${key}${meant === undefined ? '' : `; did you mean ${meant}?`}`
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}
