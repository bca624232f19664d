import { type KubeClient, kinds, type Manifest } from '../../kube/index.ts'
import type { CliContext } from '../cli-context.ts'
import { applyObjects, type Change, describe } from './apply-objects.ts'
import { awaitReady } from './await-ready.ts'
import { BUNDLE_LABEL } from './bundle.ts'
import { PARTS, partOf } from './parts.ts'

const EXIT_NOT_READY = 1
const CONTROL_PLANE = 'control plane'

/** Applies what is to be there, tells how it goes, and waits for it. @returns the exit code */
export async function installObjects(
  client: KubeClient,
  wanted: readonly Manifest[],
  values: { readonly 'dry-run': boolean; readonly wait: boolean; readonly timeout: number },
  { out, err, clock }: CliContext,
): Promise<number> {
  const dryRun = values['dry-run']
  const objects = await withoutForeignNamespace(client, wanted)
  const counts = new Map<string, number>()
  await applyObjects(client, objects, {
    dryRun,
    onApplied: (object, change) => {
      const key = `${partOf(object) ?? CONTROL_PLANE}\0${change}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    },
  })
  for (const part of [CONTROL_PLANE, ...PARTS]) {
    const said = (['created', 'changed', 'unchanged'] satisfies Change[]).flatMap((change) => {
      const count = counts.get(`${part}\0${change}`)
      return count === undefined ? [] : [`${count} ${change}`]
    })
    if (said.length > 0)
      out(`  ${part.padEnd(COLUMN)}  ${said.join(', ')}${dryRun ? ' (dry run)' : ''}`)
  }
  if (dryRun || !values.wait) return 0
  const unready = await awaitReady(client, objects, {
    clock,
    timeoutMs: values.timeout,
    onReady: ({ metadata }, elapsedMs) =>
      out(`  ${(metadata.name ?? '').padEnd(COLUMN)}  ready after ${seconds(elapsedMs)}`),
  })
  for (const { object, reason } of unready)
    err(`error: ${describe(object)} is not ready after ${seconds(values.timeout)}: ${reason}`)
  return unready.length === 0 ? 0 : EXIT_NOT_READY
}

/** A namespace that was there before stays as it is, and is never deleted. */
async function withoutForeignNamespace(
  client: KubeClient,
  objects: readonly Manifest[],
): Promise<readonly Manifest[]> {
  const namespace = objects.find(({ kind }) => kind === 'Namespace')
  const found = await client.get(kinds.namespace, namespace?.metadata.name ?? '')
  const [label = '', value] = BUNDLE_LABEL.split('=')
  return found === undefined || found.metadata.labels?.[label] === value
    ? objects
    : objects.filter((object) => object !== namespace)
}

const COLUMN = 18

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`
