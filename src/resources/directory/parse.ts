import type { z } from 'zod'
import { inOrder, type Problem } from '../../base/problem.ts'
import { isOfOthers, remarkOn } from '../dapr-kind.ts'
import { itemsOf } from '../list-items.ts'
import type { Located, LocatedValue, ReadResource } from '../located.ts'
import { prepare } from '../prepare.ts'
import { valueAt } from '../seen-value.ts'
import { parseResourceDocuments, type ResourceDocument } from '../yaml-source.ts'
import { formatPath, toProblems } from '../zod-problems.ts'
import { type Kind, kinds, type Resources } from './kinds.ts'

export interface ResourceText {
  /** As the user named it, for messages. */
  readonly file: string
  readonly text: string
}

export interface ParsedResources {
  readonly resources: Resources
  /** Errors and warnings. A resource with an error is not among the others; the rest is. */
  readonly problems: readonly Problem[]
}

/** One document of a file. */
export interface FoundDocument {
  readonly file: string
  readonly document: ResourceDocument
}

export interface ReadResources {
  readonly resources: { readonly [K in keyof Resources]: readonly ReadResource<ResourceOf<K>>[] }
  readonly problems: readonly Problem[]
}

type ResourceOf<K extends keyof Resources> = Resources[K][number]['resource']
type Named = { readonly name: string }
type AnyKind = Kind<z.ZodType, Named>

/** Reads the resources of the files of a directory; what is somebody else's is passed over. */
export async function parseResources(files: readonly ResourceText[]): Promise<ParsedResources> {
  const syntax: Problem[] = []
  const found: FoundDocument[] = []
  for (const { file, text } of files) {
    const { documents, problems } = parseResourceDocuments(text, file)
    syntax.push(...problems)
    found.push(...documents.flatMap(itemsOf).map((document) => ({ file, document })))
  }
  const { resources, problems } = await readResources(found)
  return {
    resources: withoutDocuments(resources),
    problems: inOrder([...syntax, ...problems], files),
  }
}

/** Reads documents that belong together, also across files. */
export async function readResources(found: readonly FoundDocument[]): Promise<ReadResources> {
  const problems: Problem[] = []
  const readers = Object.entries(kinds).map(([list, kind]) => ({
    list,
    kind: kind as AnyKind,
    all: [] as LocatedValue[],
    resources: [] as ReadResource<Named>[],
  }))
  for (const { file, document } of found) {
    const reader = isOfOthers(document)
      ? undefined
      : readers.find(({ kind }) => kind.name === document.kind)
    const remark = remarkOn(document, file)
    if (remark !== undefined) problems.push(remark)
    if (reader === undefined) continue
    const { kind, all, resources } = reader
    const { value, resource, problems: own } = await readDocument(document, file, kind)
    const read: LocatedValue = { value, file, lineOf: document.lineOf }
    const twin = twinOf(read, all, kind.name)
    problems.push(...own, ...(twin === undefined ? [] : [twin]))
    if (resource !== undefined && twin === undefined) resources.push(resource)
    all.push(read)
  }
  for (const { kind, all } of readers) problems.push(...(kind.checkAll?.(all) ?? []))
  const lists = Object.fromEntries(readers.map(({ list, resources }) => [list, resources]))
  return { resources: lists as unknown as ReadResources['resources'], problems }
}

const NAME = ['metadata', 'name']

function twinOf(
  { value, file, lineOf }: LocatedValue,
  all: readonly LocatedValue[],
  kind: string,
): Problem | undefined {
  const name = valueAt(value, NAME)
  if (typeof name !== 'string') return undefined
  const first = all.find((each) => valueAt(each.value, NAME) === name)
  return (
    first && {
      path: formatPath(NAME),
      file,
      line: lineOf(NAME),
      code: `${kind.toUpperCase()}_TWICE`,
      message: `a ${kind} of this name stands in ${first.file}:${first.lineOf(NAME)} already; that one counts`,
      seen: name,
    }
  )
}

/** What is in force outlives the texts it was read from. */
const withoutDocuments = (lists: ReadResources['resources']) =>
  Object.fromEntries(
    Object.entries<readonly Located<unknown>[]>(lists).map(([list, all]) => [
      list,
      all.map(({ resource, file, line }) => ({ resource, file, line })),
    ]),
  ) as unknown as Resources

async function readDocument(
  document: ResourceDocument,
  file: string,
  { schema, toResource, check, secretPath, anyCase }: AnyKind,
): Promise<{ value: unknown; resource?: ReadResource<Named>; problems: Problem[] }> {
  const { value, unknown } = prepare(schema, document.value, undefined, anyCase)
  const problems: Problem[] = unknown.map(({ path, meant }) => ({
    path: formatPath(path),
    file,
    line: document.lineOf(path),
    code: 'FIELD_UNKNOWN',
    message: `unknown field: it has no effect${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    severity: 'warning' as const,
  }))
  const parsed = schema.safeParse(value)
  const issues = [...(parsed.error?.issues ?? []), ...((await check?.(value)) ?? [])]
  const found = toProblems(issues, value, file, document.lineOf)
  problems.push(...found.map((problem) => withoutSecret(problem, secretPath)))
  if (!parsed.success || issues.length > 0) return { value, problems }
  return {
    value,
    resource: {
      resource: toResource(parsed.data),
      file,
      line: document.lineOf(['metadata']),
      lineOf: document.lineOf,
    },
    problems,
  }
}

function withoutSecret(problem: Problem, secretPath: string | undefined): Problem {
  if (secretPath === undefined || !problem.path.startsWith(secretPath)) return problem
  const { seen: _, ...rest } = problem
  return rest
}
