import type { z } from 'zod'
import type { Problem } from '../../base/problem.ts'
import type { Located, ReadResource } from '../located.ts'
import { prepare } from '../prepare.ts'
import { parseResourceDocuments, type ResourceDocument } from '../yaml-source.ts'
import { formatPath, toProblems } from '../zod-problems.ts'
import { type Kind, kinds, type Resources, unbuiltKinds } from './kinds.ts'

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

type Named = { readonly name: string }
type AnyKind = Kind<z.ZodType, Named>

/** Reads the resources of the files of a directory; documents of kinds that nobody here knows are somebody else's. */
export async function parseResources(files: readonly ResourceText[]): Promise<ParsedResources> {
  const problems: Problem[] = []
  const lists: Record<string, ReadResource<Named>[]> = {}
  const byKind = new Map<string, { readonly list: string; readonly kind: AnyKind }>()
  for (const [list, kind] of Object.entries(kinds)) {
    lists[list] = []
    byKind.set(kind.name, { list, kind: kind as AnyKind })
  }
  for (const { file, text } of files) {
    const { documents, problems: syntax } = parseResourceDocuments(text, file)
    problems.push(...syntax)
    for (const document of documents) {
      if (unbuiltKinds.has(document.kind ?? '')) problems.push(unbuilt(document, file))
      const known = byKind.get(document.kind ?? '')
      if (known === undefined) continue
      const read = await readDocument(document, file, known.kind)
      problems.push(...read.problems)
      if (read.resource === undefined) continue
      const list = lists[known.list] ?? []
      const { name } = read.resource.resource
      const twin = list.find(({ resource }) => resource.name === name)
      if (twin === undefined) list.push(read.resource)
      else
        problems.push({
          path: 'metadata.name',
          file,
          line: read.resource.line,
          code: `${known.kind.name.toUpperCase()}_TWICE`,
          message: `a ${known.kind.name} of this name stands in ${twin.file}:${twin.line} already; that one counts`,
          seen: name,
        })
    }
  }
  for (const { list, kind } of byKind.values())
    problems.push(...((await kind.checkAll?.(lists[list] ?? [])) ?? []))
  return { resources: withoutDocuments(lists), problems }
}

const withoutDocuments = (lists: Readonly<Record<string, readonly ReadResource<Named>[]>>) =>
  Object.fromEntries(
    Object.entries(lists).map(([list, all]) => [
      list,
      all.map(({ resource, file, line }): Located<Named> => ({ resource, file, line })),
    ]),
  ) as unknown as Resources

const unbuilt = (document: ResourceDocument, file: string): Problem => ({
  path: 'kind',
  file,
  line: document.lineOf(['kind']),
  code: 'KIND_NOT_BUILT',
  message: `resources of kind ${document.kind} are not read yet: this one has no effect`,
  severity: 'warning',
})

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
