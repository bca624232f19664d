import { parse, stringify } from 'yaml'
import { codeOf, Fault } from '../../base/fault.ts'
import type { Problem } from '../../base/problem.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { type KubeClient, type KubeObject, keyOf, kinds } from '../../kube/index.ts'
import { type EditedOverrides, parseConfiguration } from '../../resources/index.ts'
import { changeOverrides, type OverrideChange } from '../write-overrides.ts'

export interface EditedConfiguration extends EditedOverrides {
  readonly generation: number
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
  const { name } = found.metadata
  const document = { apiVersion: 'dapr.io/v1alpha1', kind: 'Configuration', metadata: { name } }
  const before = stringify({ ...document, spec: found.spec ?? {} })
  const edited = changeOverrides(before, file, change, nowMs)
  if (!edited.ok) return edited
  const { text } = edited.value
  const generation = found.metadata.generation ?? 0
  if (text === before) return ok({ ...edited.value, generation })
  const parsed = await parseConfiguration([{ file, text }], {
    env: {},
    nowMs,
    foreignEnvironment: true,
    ignoreReferences: true,
  })
  const problems = parsed.ok ? [] : parsed.error.filter(({ severity }) => severity === undefined)
  if (problems.length > 0) return err(problems)
  const written = await client.replace(kinds.configuration, { ...found, spec: parse(text).spec })
  return ok({ ...edited.value, generation: written.metadata.generation ?? 0 })
}
