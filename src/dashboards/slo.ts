import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
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
  apps: z.string().default('.*').refine(isRegex, 'not a regular expression'),
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
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const problem = (path: readonly PropertyKey[], message: string, offset?: number): Problem => {
    const at = offset ?? offsetOf(document, path)
    const place = at === undefined ? {} : { line: lines.linePos(at).line }
    return { path: nameOf(path), file: name, ...place, code: 'SLO_INVALID', message }
  }
  const [broken] = document.errors
  if (broken !== undefined) {
    const [what = ''] = broken.message.split(' at line ')
    return err([problem([], `no YAML: ${what}`, broken.pos[0])])
  }
  const parsed = file.safeParse(document.toJS())
  if (!parsed.success)
    return err(
      parsed.error.issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => problem([...issue.path, key], unknown(key, issue.path)))
          : [problem(issue.path, issue.message)],
      ),
    )
  const names = parsed.data.slos.map((each) => each.name)
  const twice = names.findIndex((each, i) => names.indexOf(each) !== i)
  if (twice !== -1)
    return err([
      problem(['slos', twice, 'name'], `${names[twice]} is the name of an earlier one, too`),
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

/** Of what stands at a path, or of the nearest thing around it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node)) return node.range?.[0]
  }
  return undefined
}

/** `slos[0].objective` */
function nameOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) =>
      typeof key === 'number' ? `${name}[${key}]` : `${name && `${name}.`}${String(key)}`,
    '',
  )
}

function unknown(key: string, path: readonly PropertyKey[]): string {
  const meant = nearest(key, path.length === 0 ? ['slos'] : SLO_KEYS)
  return `unknown field${meant === undefined ? '' : `; did you mean ${meant}?`}`
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}
