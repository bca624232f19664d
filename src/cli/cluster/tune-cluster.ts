import type { Clock } from '../../base/clock.ts'
import { formatAge, formatRate } from '../../base/figures.ts'
import { pause } from '../../base/pause.ts'
import { type InjectedPod, readInjectedPod, samplingDigest } from '../../control/operator/index.ts'
import { type KubeClient, type KubeObject, keyOf, kinds } from '../../kube/index.ts'
import { type CliContext, reportProblems } from '../cli-context.ts'
import { describeMatch, describePut } from '../tune-lines.ts'
import type { OverrideChange } from '../write-overrides.ts'
import { chooseConfiguration } from './choose-configuration.ts'
import { editConfiguration, overridesOf } from './edit-configuration.ts'
import { INJECTED } from './injected-pods.ts'
import { findInstalled } from './installed.ts'
import { outcomeOf, refusalOf } from './outcome.ts'

const EXIT_NOT_APPLIED = 1
const DEADLINE_MS = 30_000
const PAUSE_MS = 200

export interface ClusterTuning extends OverrideChange {
  readonly isList: boolean
  readonly namespace: string | undefined
  readonly configuration: string | undefined
  readonly json: boolean
}

/** `sidelight tune -k`: overrides in a Configuration of the cluster, and who runs them. @returns the exit code */
export async function tuneCluster(
  client: KubeClient,
  tuning: ClusterTuning,
  ownNamespace: string,
  context: CliContext,
): Promise<number> {
  if (tuning.isList) return listClusterOverrides(client, tuning, context)
  const nowMs = context.clock.nowUs() / 1_000
  const place =
    tuning.configuration === undefined
      ? await findPlace(client, tuning)
      : {
          ok: true as const,
          value: { namespace: tuning.namespace ?? ownNamespace, name: tuning.configuration },
        }
  if (!place.ok) return reportProblems(context, [place.error])
  const edited = await editConfiguration(client, place.value, tuning, nowMs)
  if (!edited.ok) return reportProblems(context, edited.error)
  const { dropped, added, written } = edited.value
  const outcome = await awaitApplied(client, written, context.clock)
  const key = `${place.value.namespace}/${place.value.name}`
  if (tuning.json)
    context.out(JSON.stringify({ configuration: key, put: tuning.put, dropped, added, ...outcome }))
  else {
    for (const put of tuning.put) context.out(describePut(put, nowMs))
    for (const name of dropped) context.out(`${name}: removed`)
    if (tuning.put.length === 0 && dropped.length === 0)
      context.out(`no override of tune is in ${key}`)
    if (added.length > 0)
      context.out(
        `${key} had no spec.${added.includes('tracing') ? 'tracing' : 'tracing.sampling'} and has one now, which tune --clear leaves there`,
      )
    if (outcome.reason !== undefined) context.err(`error: ${outcome.reason}`)
    context.out(`applied ${outcome.summary} in ${key}`)
  }
  return outcome.isApplied ? 0 : EXIT_NOT_APPLIED
}

async function findPlace(client: KubeClient, { put, namespace }: ClusterTuning) {
  const [installed, pods, configurations] = await Promise.all([
    findInstalled(client),
    client.list(kinds.pod, { namespace, labelSelector: INJECTED }, 'metadata'),
    client.list(kinds.configuration, {}, 'metadata'),
  ])
  return chooseConfiguration(
    pods.items.map(readInjectedPod).filter(isStaying),
    [...new Set(put.flatMap(({ match }) => match.target ?? []))],
    configurations.items.map(({ metadata }) => ({
      name: metadata.name,
      namespace: metadata.namespace ?? '',
    })),
    installed.sidelight?.namespace ?? '',
  )
}

const isStaying = ({ isLeaving }: InjectedPod): boolean => !isLeaving

interface Applied {
  readonly isApplied: boolean
  /** `12/12`. */
  readonly summary: string
  /** Why not. */
  readonly reason?: string
}

async function awaitApplied(
  client: KubeClient,
  { metadata: { name, namespace, generation = 0, annotations } }: KubeObject,
  clock: Clock,
): Promise<Applied> {
  const endMs = clock.elapsedMs() + DEADLINE_MS
  const sampling = samplingDigest(annotations)
  for (;;) {
    const found = await client.get(kinds.configuration, name, namespace)
    const outcome = found ? outcomeOf(found) : {}
    const { observedGeneration = 0, observedSampling, sidecars } = outcome
    const summary = outcome.appliedSummary ?? '-'
    const isSeen =
      observedGeneration >= generation && observedSampling === sampling && sidecars !== undefined
    if (isSeen && sidecars.applied === sidecars.total && sidecars.total > 0)
      return { isApplied: true, summary }
    if (clock.elapsedMs() >= endMs || (isSeen && sidecars.failed.count > 0)) {
      const refusal = found && (refusalOf(found, 'Accepted') ?? refusalOf(found, 'Applied'))
      const reason = isSeen
        ? (refusal ?? 'some sidecars have not answered yet; sidelight doctor -k names them')
        : 'the operator has not seen it; sidelight status -k'
      return { isApplied: false, summary, reason }
    }
    await pause(clock, PAUSE_MS, NEVER)
  }
}

const NEVER = new AbortController().signal

/** Those that have not ended, of every Configuration. */
async function listClusterOverrides(
  client: KubeClient,
  { namespace, json }: ClusterTuning,
  { clock, out }: CliContext,
): Promise<number> {
  const nowUs = clock.nowUs()
  const { items } = await client.list(kinds.configuration, { namespace })
  const listed = items.flatMap((item) =>
    overridesOf(item)
      .map((override) => ({
        configuration: keyOf(item),
        ...override,
        untilUs: Date.parse(override.until ?? '') * 1_000,
        applied: outcomeOf(item).appliedSummary ?? '-',
      }))
      .filter(({ untilUs }) => !(untilUs <= nowUs)),
  )
  if (json) out(JSON.stringify(listed))
  else if (listed.length === 0) out('no override is in force')
  else
    for (const { configuration, name, rate, match = {}, untilUs, applied } of listed) {
      out(
        `${name}: keeps ${formatRate(Number(rate))} of ${describeMatch(match)}, ends in ${formatAge(untilUs - nowUs)}, applied ${applied} in ${configuration}`,
      )
    }
  return 0
}
