import { inOrder, type Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Path } from '../prepare.ts'
import { parseResourceDocuments } from '../yaml-source.ts'
import type { Configuration } from './configuration.ts'
import { type ResolveSecret, resolveHeaders } from './header-values.ts'
import { mergeSpecs } from './merge.ts'
import { otelFromEnvironment } from './otel-environment.ts'
import {
  type DocumentOptions,
  type ReadDocument,
  readConfigurationDocument,
} from './read-document.ts'
import type { SpecInput } from './schema.ts'
import { type Place, type Sources, sourcesOf } from './sources.ts'
import { toConfiguration } from './to-configuration.ts'

export interface ConfigurationFile {
  /** As the user named it, for messages. */
  readonly file: string
  readonly text: string
}

export interface ParseOptions extends DocumentOptions {
  /** Looks up `secretKeyRef`. Absent: no secret is found. */
  readonly resolveSecret?: ResolveSecret | undefined
  /** Why there is no such secret, and the cure. */
  readonly whyNoSecret?: (name: string, key: string) => string
  /** Secrets and variables that headers refer to are left out, and none is missing. */
  readonly ignoreReferences?: boolean
}

export interface ParsedConfiguration {
  readonly configuration: Configuration
  /** What is allowed but hardly meant, each with `severity: 'warning'`. */
  readonly warnings: readonly Problem[]
  readonly sources: Sources
}

/** A Configuration of a file, read but not yet put together with others. */
export interface ConfigurationPart {
  readonly file: string
  readonly document: ReadDocument
}

/**
 * Reads Configuration files; a field that a later file sets replaces that of an earlier one, as in daprd.
 *
 * @returns the Configuration, or every problem of every file with path, line, value seen and cure, warnings too
 */
export async function parseConfiguration(
  files: readonly ConfigurationFile[],
  options: ParseOptions,
): Promise<Result<ParsedConfiguration, Problem[]>> {
  const problems: Problem[] = []
  const parts: ConfigurationPart[] = []
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
    for (const each of configurations)
      parts.push({ file, document: await readConfigurationDocument(each, file, options) })
  }
  const combined = await combineParts(parts, options)
  if (combined.ok && problems.length === 0) return combined
  problems.push(...(combined.ok ? combined.value.warnings : combined.error))
  return err(inOrder(problems, files))
}

/** Merges documents in order and looks up what they refer to. */
export async function combineParts(
  parts: readonly ConfigurationPart[],
  options: ParseOptions,
): Promise<Result<ParsedConfiguration, Problem[]>> {
  const problems = parts.flatMap(({ document }) => document.problems)
  const spec = parts.reduce<SpecInput>(
    (under, { document }) => mergeSpecs(under, document.spec),
    {},
  )
  // Lists are replaced as a whole, so the last document that has a path is the one it comes from.
  const ownerOf = (path: Path) => parts.findLast(({ document }) => document.has(path))
  const placeOf = (path: Path): Place | undefined => {
    const owner = ownerOf(path)
    return owner && { file: owner.file, line: owner.document.lineOf(path) }
  }
  const report = (path: Path, code: string, message: string): void => {
    const owner = ownerOf(path) ?? ownerOf(path.slice(0, -1))
    if (owner !== undefined) problems.push(owner.document.problemAt(path, code, message))
  }
  const resolved = await lookUp(spec, options, report)
  checkTogether(spec, options, problems, report)

  const sources = sourcesOf(spec, placeOf)
  const isOtelInFiles = Boolean(spec.tracing?.otel?.endpointAddress)
  const fromEnv =
    isOtelInFiles || options.foreignEnvironment ? undefined : otelFromEnvironment(options.env)
  problems.push(...(fromEnv?.problems ?? []))
  if (fromEnv?.otel !== undefined) {
    const place = { file: `$${fromEnv.endpointVariable}` }
    sources['tracing.otel'] = place
    if (!isRateGiven(spec)) sources['tracing.samplingRate'] = place
  }

  if (problems.some(({ severity }) => severity === undefined)) return err(inOrder(problems, parts))
  const name = parts.findLast(({ document }) => document.name !== undefined)?.document.name
  const configuration = toConfiguration(name, spec, { ...resolved, otel: fromEnv?.otel })
  return ok({ configuration, warnings: inOrder(problems, parts), sources })
}

type Report = (path: Path, code: string, message: string) => void

const isRateGiven = ({ tracing }: SpecInput): boolean =>
  tracing?.samplingRate !== undefined && tracing.samplingRate !== ''

async function lookUp({ tracing }: SpecInput, options: ParseOptions, report: Report) {
  const headersOf = (exporter: 'zipkin' | 'otel') =>
    resolveHeaders(
      tracing?.[exporter]?.headers,
      {
        env: options.env,
        resolveSecret: options.ignoreReferences
          ? undefined
          : (options.resolveSecret ?? (() => undefined)),
        whyNoSecret:
          options.whyNoSecret ??
          ((name, key) => `the secret has no such value: put it into ${name}/${key}`),
      },
      (i, { code, message }) => report(['spec', 'tracing', exporter, 'headers', i], code, message),
    )
  return { zipkinHeaders: await headersOf('zipkin'), otelHeaders: await headersOf('otel') }
}

/** What no document alone can show. */
function checkTogether(
  spec: SpecInput,
  { lenient }: ParseOptions,
  problems: readonly Problem[],
  report: Report,
): void {
  const { otel } = spec.tracing ?? {}
  if (otel?.endpointAddress && otel.protocol === undefined && !lenient)
    report(
      ['spec', 'tracing', 'otel', 'protocol'],
      'FIELD_NEEDED',
      'http or grpc is needed: without it nothing is exported',
    )
  if (problems.some(({ code }) => code === 'RULE_NAME_TWICE')) return
  for (const [list, i] of repeatedNames(spec))
    report(
      ['spec', 'tracing', 'sampling', list, i, 'name'],
      'RULE_NAME_TWICE',
      'a rule or override of another file has this name',
    )
}

/** Of rules of one file and overrides of another. */
function repeatedNames(spec: SpecInput): (readonly [list: 'overrides' | 'rules', index: number])[] {
  const { overrides = [], rules = [] } = spec.tracing?.sampling ?? {}
  const taken = new Set(overrides.map(({ name }) => name))
  return rules.flatMap(({ name }, i) => (taken.has(name) ? [['rules', i] as const] : []))
}
