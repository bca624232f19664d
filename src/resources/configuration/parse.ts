import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { expandEnvironment } from '../expand-environment.ts'
import { parseResourceDocuments, type ResourceDocument } from '../yaml-source.ts'
import { toProblems } from '../zod-problems.ts'
import { type Configuration, EMPTY_CONFIGURATION, type TracingSpec } from './configuration.ts'
import { configurationSchema } from './schema.ts'

export interface ConfigurationFile {
  /** As the user named it, for messages. */
  readonly file: string
  readonly text: string
}

/**
 * Reads Configuration files; a field that a later file sets replaces that of an earlier one, as in daprd.
 *
 * @param env for `${NAME}` in values
 * @returns the Configuration, or every problem of every file with path, line, value seen and cure
 */
export function parseConfiguration(
  files: readonly ConfigurationFile[],
  env: Readonly<Record<string, string | undefined>>,
): Result<Configuration, Problem[]> {
  const problems: Problem[] = []
  let merged = EMPTY_CONFIGURATION
  for (const { file, text } of files) {
    const { documents, problems: syntax } = parseResourceDocuments(text, file)
    problems.push(...syntax)
    const configurations = documents.filter(({ kind }) => kind === 'Configuration')
    if (configurations.length === 0 && syntax.length === 0)
      problems.push({
        path: 'kind',
        file,
        line: 1,
        code: 'NO_CONFIGURATION',
        message: 'the file holds no resource of `kind: Configuration`',
      })
    for (const document of configurations) {
      const read = readDocument(document, file, env)
      if (read.ok) merged = merge(merged, read.value)
      else problems.push(...read.error)
    }
  }
  return problems.length === 0 ? ok(merged) : err(problems)
}

function readDocument(
  document: ResourceDocument,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Result<Configuration, Problem[]> {
  const value = expandEnvironment(document.value, env)
  const parsed = configurationSchema.safeParse(value)
  if (!parsed.success) return err(toProblems(parsed.error.issues, value, file, document.lineOf))
  const tracing = parsed.data.spec?.tracing
  return ok({
    name: parsed.data.metadata?.name,
    tracing: tracing
      ? {
          samplingRate: tracing.samplingRate ?? undefined,
          zipkinEndpoint: tracing.zipkin?.endpointAddress || undefined,
          stdout: tracing.stdout ?? undefined,
          followsCallers: tracing.sampling !== undefined && tracing.sampling !== null,
        }
      : undefined,
  })
}

const merge = (under: Configuration, over: Configuration): Configuration => ({
  name: over.name ?? under.name,
  tracing: mergeTracing(under.tracing, over.tracing),
})

const mergeTracing = (
  under: TracingSpec | undefined,
  over: TracingSpec | undefined,
): TracingSpec | undefined =>
  under === undefined || over === undefined
    ? (over ?? under)
    : {
        samplingRate: over.samplingRate ?? under.samplingRate,
        zipkinEndpoint: over.zipkinEndpoint ?? under.zipkinEndpoint,
        stdout: over.stdout ?? under.stdout,
        followsCallers: over.followsCallers || under.followsCallers,
      }
