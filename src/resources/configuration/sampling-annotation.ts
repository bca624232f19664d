import type { Problem } from '../../base/problem.ts'
import { isRecord } from '../../wire/lower-keys.ts'
import { parseResourceDocuments, type ResourceDocument } from '../yaml-source.ts'

/**
 * Holds a `sampling` block as YAML or JSON, for clusters whose definition of Configuration is Dapr's: the API server
 * drops fields that a definition does not know, and keeps annotations.
 */
export const SAMPLING_ANNOTATION = 'sidelight.dev/sampling'

const PATH = `metadata.annotations.${SAMPLING_ANNOTATION}`
const BLOCK = ['spec', 'tracing', 'sampling'] as const

export interface AnnotatedDocument {
  /** With the annotation's block where the schema looks for it. */
  readonly document: ResourceDocument
  readonly problems: readonly Problem[]
  /** What is wrong with the block is wrong at the annotation. */
  relocate(problem: Problem): Problem
}

/** Reads the block out of the annotation, if there is one. */
export function withSamplingAnnotation(
  document: ResourceDocument,
  file: string,
): AnnotatedDocument {
  const none = { document, problems: [], relocate: (problem: Problem) => problem }
  const value = document.value as ConfigurationLike
  const text = value?.metadata?.annotations?.[SAMPLING_ANNOTATION]
  if (text === undefined || text === null) return none
  const line = document.lineOf(['metadata', 'annotations', SAMPLING_ANNOTATION])
  const refuse = (code: string, message: string): AnnotatedDocument => ({
    ...none,
    problems: [{ path: PATH, file, line, code, message }],
  })
  if (typeof text !== 'string')
    return refuse('FIELD_INVALID', 'a text is needed: the sampling block as YAML or JSON')
  const { tracing } = value.spec ?? {}
  if (isRecord(tracing) && tracing.sampling !== undefined)
    return refuse('SAMPLING_TWICE', 'spec.tracing.sampling is there, too: keep one of them')
  // Of several lines, the first stands behind the `|` that begins them.
  const firstLine = text.includes('\n') ? line + 1 : line
  const { documents, problems } = parseResourceDocuments(text, file, firstLine)
  if (problems.length > 0)
    return { ...none, problems: problems.map((each) => ({ ...each, path: PATH })) }
  const [block, ...others] = documents
  if (others.length > 0) return refuse('YAML_INVALID', 'one document is needed, there are several')
  if (block === undefined) return none
  if (!isRecord(block.value))
    return refuse('FIELD_INVALID', 'the fields of spec.tracing.sampling are needed')
  return {
    document: {
      kind: document.kind,
      value: {
        ...value,
        spec: {
          ...value.spec,
          tracing: { ...(isRecord(tracing) && tracing), sampling: block.value },
        },
      },
      lineOf: (path) =>
        BLOCK.every((key, i) => path[i] === key)
          ? block.lineOf(path.slice(BLOCK.length))
          : document.lineOf(path),
    },
    problems: [],
    relocate: (problem) => ({
      ...problem,
      path: problem.path.replace(/^spec\.tracing\.sampling(?=\.|$)/, PATH),
    }),
  }
}

interface ConfigurationLike {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, unknown>> | null } | null
  readonly spec?: { readonly tracing?: unknown } | null
}
