import { parse, stringify } from 'yaml'
import { codeOf, Fault } from '../../base/fault.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { type KubeClient, type KubeObject, keyOf, kinds } from '../../kube/index.ts'
import {
  type EditedOverrides,
  parseConfiguration,
  SAMPLING_ANNOTATION,
} from '../../resources/index.ts'
import { changeOverrides, type OverrideChange } from '../write-overrides.ts'

export interface EditedConfiguration extends EditedOverrides {
  /** As the API server has it now. */
  readonly written: KubeObject
}

const TRIES = 10

/**
 * Changes overrides of a Configuration in the cluster. Who is overtaken by another one reads it anew and tries again.
 *
 * @returns what the edit did; or what is wrong, and nothing is written
 * @throws Fault `ERR_KUBE_…`, `CONFIGURATION_GONE`
 */
export async function editConfiguration(
  client: KubeClient,
  { name, namespace }: { readonly name: string; readonly namespace: string },
  change: OverrideChange,
  nowMs: number,
): Promise<Result<EditedConfiguration, readonly Problem[]>> {
  for (let attempt = 1; ; attempt++) {
    const found = await client.get(kinds.configuration, name, namespace)
    if (found === undefined)
      throw new Fault('CONFIGURATION_GONE', `there is no Configuration ${namespace}/${name}`)
    try {
      return await editOnce(client, found, change, nowMs)
    } catch (error) {
      if (codeOf(error) !== 'ERR_KUBE_CONFLICT' || attempt === TRIES) throw error
    }
  }
}

async function editOnce(
  client: KubeClient,
  found: KubeObject,
  change: OverrideChange,
  nowMs: number,
): Promise<Result<EditedConfiguration, readonly Problem[]>> {
  const file = keyOf(found)
  const { name, annotations = {} } = found.metadata
  const document = { apiVersion: 'dapr.io/v1alpha1', kind: 'Configuration', metadata: { name } }
  const before = stringify({ ...document, spec: readSpec(found) })
  const edited = changeOverrides(before, file, change, nowMs)
  if (!edited.ok) return edited
  const { text } = edited.value
  if (text === before) return ok({ ...edited.value, written: found })
  const parsed = await parseConfiguration([{ file, text }], {
    env: {},
    nowMs,
    foreignEnvironment: true,
    ignoreReferences: true,
  })
  const problems = parsed.ok ? [] : parsed.error.filter(({ severity }) => severity === undefined)
  if (problems.length > 0) return err(problems)
  const spec: ConfigurationSpec = parse(text).spec
  const inSpec = { ...found, spec }
  if (annotations[SAMPLING_ANNOTATION] === undefined && (await keepsSampling(client, inSpec)))
    return ok({ ...edited.value, written: await client.replace(kinds.configuration, inSpec) })
  const block = stringify(spec.tracing?.sampling)
  const inAnnotation = {
    ...found,
    metadata: {
      ...found.metadata,
      annotations: { ...annotations, [SAMPLING_ANNOTATION]: block },
    },
  }
  return ok({ ...edited.value, written: await client.replace(kinds.configuration, inAnnotation) })
}

interface ConfigurationSpec {
  readonly tracing?: { readonly sampling?: SamplingBlock }
}
interface SamplingBlock {
  readonly overrides?: readonly WrittenOverride[]
}
/** Of a Configuration that the API server has taken. */
export interface WrittenOverride {
  readonly name: string
  readonly rate: string | number
  readonly until?: string
  readonly match?: Readonly<Record<string, string>>
}

/** A definition of Dapr's knows no sampling block, and the API server drops what a definition does not know. */
async function keepsSampling(
  client: KubeClient,
  object: KubeObject & { readonly spec: ConfigurationSpec },
): Promise<boolean> {
  const taken = await client.replace(kinds.configuration, object, { dryRun: true })
  return (taken.spec as ConfigurationSpec | undefined)?.tracing?.sampling !== undefined
}

/** Wherever the sampling block is, it is seen where it belongs. */
function readSpec({ metadata, spec = {} }: KubeObject): ConfigurationSpec {
  const text = metadata.annotations?.[SAMPLING_ANNOTATION]
  const written = spec as ConfigurationSpec
  const block = text === undefined ? undefined : readBlock(text)
  return block === undefined
    ? written
    : { ...written, tracing: { ...written.tracing, sampling: block } }
}

/** What is no YAML is for the operator to tell. */
function readBlock(text: string): SamplingBlock | undefined {
  try {
    return parse(text) ?? undefined
  } catch {
    return undefined
  }
}

export const overridesOf = (configuration: KubeObject): readonly WrittenOverride[] =>
  readSpec(configuration).tracing?.sampling?.overrides ?? []
