import type { SidecarStatus } from '../../wire/diagnosis.ts'
import { isAnswered } from './sidecars.ts'
import { formatTime } from './times.ts'

/** A moment from which a sidecar decides by another Configuration. */
export interface SamplingChange {
  readonly appId: string
  readonly generation: number
  /** By the sidecar's own clock, as its spans are: epoch microseconds. */
  readonly atUs: number
}

/** Changes near each other on a chart: a line each, and one label. */
export interface ChangeMark {
  /** Of the lines, from left to right: 0 at the left, 1 at the right. */
  readonly shares: readonly number[]
  /** The label stands left of the first line, since the right has no room. */
  readonly isTurned: boolean
  readonly label: string
  /** A line for each change. */
  readonly title: string
  /** Set when all are of one app. */
  readonly appId: string | undefined
}

export const listChanges = (statuses: readonly SidecarStatus[]): SamplingChange[] =>
  statuses
    .filter(isAnswered)
    .map(({ report: { appId, configuration } }) => ({
      appId,
      generation: configuration.generation,
      atUs: configuration.sinceUs,
    }))
    .sort((a, b) => a.atUs - b.atUs)

/** Room for a label, as a share of the width: changes that come closer together share one. */
const LABEL = 0.2

/** Marks for a chart. Many sidecars with one file change within milliseconds, and are one mark. */
export function markChanges(
  changes: readonly SamplingChange[],
  share: (us: number) => number,
): ChangeMark[] {
  const groups: SamplingChange[][] = []
  for (const change of changes) {
    const group = groups.at(-1)
    const first = group?.[0]
    const at = share(change.atUs)
    // The label of a turned one reaches back to that of the one before.
    const room = isTurned(at) ? 2 * LABEL : LABEL
    if (first !== undefined && at - share(first.atUs) < room) group?.push(change)
    else groups.push([change])
  }
  return groups.map((group) => toMark(group, share))
}

const isTurned = (share: number): boolean => share > 1 - LABEL

function toMark(group: readonly SamplingChange[], share: (us: number) => number): ChangeMark {
  const shares = group.map(({ atUs }) => share(atUs))
  const apps = [...new Set(group.map(({ appId }) => appId))]
  const [app = ''] = apps
  const generations = new Set(group.map(({ generation }) => generation))
  const [generation] = generations
  const isOne = apps.length === 1
  const which =
    generations.size > 1 ? '' : generation === 1 ? ' started' : ` generation ${generation}`
  return {
    shares,
    isTurned: isTurned(shares[0] ?? 0),
    label: `${isOne ? app : `${apps.length} apps`}${which}`,
    title: group.map(inWords).join('\n'),
    appId: isOne ? app : undefined,
  }
}

const inWords = ({ appId, generation, atUs }: SamplingChange): string =>
  generation === 1
    ? `${appId} started with its Configuration at ${formatTime(atUs / 1000)}`
    : `${appId} decides by generation ${generation} of its Configuration since ${formatTime(atUs / 1000)}`
