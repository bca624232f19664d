import { stringify } from 'yaml'
import { z } from 'zod'
import { parseDurationMs } from '../../base/duration.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { formatDuration } from '../../base/short-duration.ts'
import { parseResourceDocuments, toProblems } from '../../resources/index.ts'
import { ZIPKIN_KINDS } from '../../wire/zipkin-span.ts'
import { type Calls, type Flow, formatCalls, type Hop } from './flow.ts'

/** A flow as it is kept, with the search that finds its traces. */
export interface RecordedFlow extends Flow {
  readonly search: FlowSearch
}

/** Zipkin's terms. */
export interface FlowSearch {
  readonly service?: string
  readonly name?: string
  readonly query?: string
}

const HEAD = `# What a good run looks like; sidelight flows check compares. calls: how often for one span above, 1 or 0-3.
# fails: some may fail. budget: 95 of 100 are not slower. All of it may be edited.
`

export function writeFlowFile({ search, traces, roots }: RecordedFlow): string {
  const document = {
    ...(Object.keys(search).length === 0 ? {} : { search }),
    traces,
    roots: roots.map(({ isOrphan, budgetUs, ...root }) => ({
      ...toDocument({ ...root, below: [] }, true),
      ...(isOrphan ? { orphan: true } : {}),
      ...(budgetUs === undefined ? {} : { budget: toGoDuration(budgetUs) }),
      ...belowOf(root),
    })),
  }
  return `${HEAD}${stringify(document, { lineWidth: 0 })}`
}

const toDocument = (hop: Hop, isRoot = false): Record<string, unknown> => ({
  service: hop.service,
  operation: hop.operation,
  ...(hop.kind === '' ? {} : { kind: hop.kind }),
  ...(isRoot ? {} : { calls: isOneNumber(hop.calls) ? hop.calls.least : formatCalls(hop.calls) }),
  ...(hop.fails ? { fails: true } : {}),
  ...belowOf(hop),
})

const isOneNumber = ({ least, most }: Calls): boolean => least === most

const belowOf = ({ below }: Pick<Hop, 'below'>) =>
  below.length === 0 ? {} : { below: below.map((each) => toDocument(each)) }

/** `42ms`, `1.5s`: units that {@link parseDurationMs} reads, too. */
const toGoDuration = (us: number): string =>
  us < 1_000 ? `${us}us` : formatDuration(us).replaceAll(' ', '')

const name = z.string().min(1).max(1_000)
const hop = {
  service: name,
  operation: z.string().max(10_000),
  kind: z.enum(ZIPKIN_KINDS).default('' as never),
  calls: z
    .preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string())
    .transform((text, context) => {
      const [, least, most = least] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(text) ?? []
      if (least !== undefined && Number(least) <= Number(most))
        return { least: Number(least), most: Number(most) }
      context.addIssue({ code: 'custom', message: 'a number, or a range such as 0-3, is needed' })
      return z.NEVER
    })
    .default({ least: 1, most: 1 }),
  fails: z.boolean().default(false),
}
const hopSchema: z.ZodType<Hop> = z.strictObject({
  ...hop,
  get below() {
    return z.array(hopSchema).default([])
  },
}) as never
const rootSchema = z
  .strictObject({
    ...hop,
    below: z.array(hopSchema).default([]),
    orphan: z.boolean().default(false),
    budget: z
      .string()
      .transform((text, context) => {
        const ms = parseDurationMs(text)
        if (ms !== undefined && ms > 0) return Math.max(1, Math.round(ms * 1_000))
        context.addIssue({ code: 'custom', message: 'a duration such as 250ms is needed' })
        return z.NEVER
      })
      .optional(),
  })
  .transform(({ orphan, budget, ...root }) => ({ ...root, isOrphan: orphan, budgetUs: budget }))
const flowSchema = z.strictObject({
  search: z
    .strictObject({ service: name.optional(), name: name.optional(), query: name.optional() })
    .default({}),
  traces: z.int().min(0).default(0),
  roots: z.array(rootSchema).min(1, 'a flow has at least one root'),
})

/** @returns the flow, or every problem with its line */
export function readFlowFile(text: string, file: string): Result<RecordedFlow, Problem[]> {
  const { documents, problems } = parseResourceDocuments(text, file)
  const [document, second] = documents
  if (problems.length > 0) return err([...problems])
  if (document === undefined || second !== undefined)
    return err([
      {
        path: '(document)',
        file,
        code: 'FLOW_INVALID',
        message: 'a flow file has one YAML document, as sidelight flows record writes it',
      },
    ])
  const parsed = flowSchema.safeParse(document.value)
  return parsed.success
    ? ok(parsed.data as RecordedFlow)
    : err(toProblems(parsed.error.issues, document.value, file, document.lineOf))
}
