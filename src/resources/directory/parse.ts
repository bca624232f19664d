import type { z } from 'zod'
import { inOrder, type Problem } from '../../base/problem.ts'
import { isOfOthers, remarkOn } from '../dapr-kind.ts'
import type { Located, ReadResource } from '../located.ts'
import { prepare } from '../prepare.ts'
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
    found.push(...documents.map((document) => ({ file, document })))
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
  const lists: Record<string, ReadResource<Named>[]> = {}
  const byKind = new Map<string, { readonly list: ReadResource<Named>[]; readonly kind: AnyKind }>()
  for (const [name, kind] of Object.entries(kinds)) {
    const list: ReadResource<Named>[] = []
    lists[name] = list
    byKind.set(kind.name, { list, kind: kind as AnyKind })
  }
  for (const { file, document } of found) {
    const known = isOfOthers(document) ? undefined : byKind.get(document.kind ?? '')
    if (known === undefined) {
      const remark = remarkOn(document, file)
      if (remark !== undefined) problems.push(remark)
      continue
    }
    const { list, kind } = known
    const read = await readDocument(document, file, kind)
    problems.push(...read.problems)
    if (read.resource === undefined) continue
    const { name } = read.resource.resource
    const twin = list.find(({ resource }) => resource.name === name)
    if (twin === undefined) list.push(read.resource)
    else
      problems.push({
        path: 'metadata.name',
        file,
        line: read.resource.line,
        code: `${kind.name.toUpperCase()}_TWICE`,
        message: `a ${kind.name} of this name stands in ${twin.file}:${twin.line} already; that one counts`,
        seen: name,
      })
  }
  for (const { list, kind } of byKind.values())
    problems.push(...((await kind.checkAll?.(list)) ?? []))
  return { resources: lists as unknown as ReadResources['resources'], problems }
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
): Promise<{ resource?: ReadResource<Named>; problems: Problem[] }> {
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
  const issues = parsed.success ? await check?.(parsed.data) : parsed.error.issues
  if (issues !== undefined) {
    const found = toProblems(issues, value, file, document.lineOf)
    problems.push(...found.map((problem) => withoutSecret(problem, secretPath)))
  }
  if (!parsed.success || (issues?.length ?? 0) > 0) return { problems }
  return {
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
