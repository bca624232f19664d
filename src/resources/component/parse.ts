import type { Problem } from '../../base/problem.ts'
import { prepare } from '../prepare.ts'
import { parseResourceDocuments, type ResourceDocument } from '../yaml-source.ts'
import { formatPath, toProblems } from '../zod-problems.ts'
import type { Component, ComponentMetadata, Located } from './component.ts'
import { type ComponentInput, componentSchema } from './schema.ts'

export interface ResourceText {
  /** As the user named it, for messages. */
  readonly file: string
  readonly text: string
}

export interface ParsedComponents {
  readonly components: readonly Located<Component>[]
  /** Errors and warnings. A component with an error is not among the others; the rest is. */
  readonly problems: readonly Problem[]
}

const INIT_TIMEOUT_MS = 5_000
/** Dapr reads these from the same directories. */
const UNBUILT: ReadonlySet<string> = new Set(['Subscription', 'Resiliency', 'HTTPEndpoint'])

/** Reads the Components of files of resources; documents of other kinds are somebody else's. */
export function parseComponents(files: readonly ResourceText[]): ParsedComponents {
  const components: Located<Component>[] = []
  const problems: Problem[] = []
  for (const { file, text } of files) {
    const { documents, problems: syntax } = parseResourceDocuments(text, file)
    problems.push(...syntax)
    for (const document of documents) {
      if (UNBUILT.has(document.kind ?? ''))
        problems.push({
          path: 'kind',
          file,
          line: document.lineOf(['kind']),
          code: 'KIND_NOT_BUILT',
          message: `resources of kind ${document.kind} are not read yet: this one has no effect`,
          severity: 'warning',
        })
      if (document.kind !== 'Component') continue
      const read = readDocument(document, file)
      problems.push(...read.problems)
      if (read.component === undefined) continue
      const { component } = read
      const twin = components.find(({ resource }) => resource.name === component.resource.name)
      if (twin === undefined) components.push(component)
      else
        problems.push({
          path: 'metadata.name',
          file,
          line: component.line,
          code: 'COMPONENT_TWICE',
          message: `a component of this name stands in ${twin.file}:${twin.line} already; that one counts`,
          seen: component.resource.name,
        })
    }
  }
  return { components, problems }
}

function readDocument(
  document: ResourceDocument,
  file: string,
): { component?: Located<Component>; problems: Problem[] } {
  const { value, unknown } = prepare(componentSchema, document.value, undefined)
  const problems: Problem[] = unknown.map(({ path, meant }) => ({
    path: formatPath(path),
    file,
    line: document.lineOf(path),
    code: 'FIELD_UNKNOWN',
    message: `unknown field: it has no effect${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    severity: 'warning' as const,
  }))
  const parsed = componentSchema.safeParse(value)
  if (!parsed.success) {
    problems.push(
      ...toProblems(parsed.error.issues, value, file, document.lineOf).map(withoutValue),
    )
    return { problems }
  }
  return {
    component: { resource: toComponent(parsed.data), file, line: document.lineOf(['metadata']) },
    problems,
  }
}

/** Any setting of a driver may be a password. */
function withoutValue(problem: Problem): Problem {
  if (!problem.path.startsWith('spec.metadata.')) return problem
  const { seen: _, ...rest } = problem
  return rest
}

const toComponent = ({ metadata, spec, auth, scopes }: ComponentInput): Component => ({
  name: metadata.name,
  namespace: metadata.namespace ?? '',
  type: spec.type,
  version: spec.version || 'v1',
  metadata: (spec.metadata ?? []).map(toMetadata),
  ignoreErrors: spec.ignoreErrors ?? false,
  initTimeoutMs: spec.initTimeout ?? INIT_TIMEOUT_MS,
  scopes: scopes ?? [],
  secretStore: auth?.secretStore || undefined,
})

const toMetadata = (
  item: NonNullable<ComponentInput['spec']['metadata']>[number],
): ComponentMetadata => ({
  name: item.name,
  value: item.value === undefined ? undefined : textOf(item.value),
  secretKeyRef: item.secretKeyRef && {
    name: item.secretKeyRef.name,
    key: item.secretKeyRef.key ?? item.secretKeyRef.name,
  },
  envRef: item.envRef,
})

/** As Dapr reads a `DynamicValue`: a text without its quotes, all else as JSON. */
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
