import type { Clock } from '../base/clock.ts'
import { formatProblem } from '../base/problem.ts'
import { collectReports, type Sender } from '../net/index.ts'
import type { OverrideEdit } from '../resources/index.ts'
import type { AnsweredSidecar, SidecarStatus } from '../wire/diagnosis.ts'
import type { SidecarReport } from '../wire/sidecar-report.ts'
import { realPathOf } from './tune-file.ts'

export interface Acknowledgement {
  readonly appId: string
  readonly pid: number
  readonly isApplied: boolean
  /** Why it is not. */
  readonly reason?: string
}

export interface AwaitedOverrides {
  readonly file: string
  readonly put: readonly OverrideEdit[]
  readonly removed: readonly string[]
}

const DEADLINE_MS = 5_000
const PAUSE_MS = 100

/** Who reads a file, by the report it gave. */
export async function readersOf(
  file: string,
  statuses: readonly SidecarStatus[],
): Promise<AnsweredSidecar[]> {
  const real = await realPathOf(file)
  const readers: AnsweredSidecar[] = []
  for (const status of statuses) {
    if (!('report' in status)) continue
    const files = await Promise.all(status.report.configuration.files.map(realPathOf))
    if (files.includes(real)) readers.push(status)
  }
  return readers
}

/** Asks the readers of a file until each runs what was written, or for 5 s. */
export async function awaitOverrides(
  readers: readonly AnsweredSidecar[],
  awaited: AwaitedOverrides,
  { sender, clock }: { readonly sender: Sender; readonly clock: Clock },
): Promise<Acknowledgement[]> {
  const endMs = clock.elapsedMs() + DEADLINE_MS
  const known = new Map<AnsweredSidecar, SidecarStatus>()
  const isDone = (reader: AnsweredSidecar): boolean => {
    const status = known.get(reader)
    return status !== undefined && 'report' in status && isInForce(status.report, awaited)
  }
  for (;;) {
    const open = readers.filter((reader) => !isDone(reader))
    const statuses = await collectReports(
      open.map(({ registration }) => registration),
      sender,
      clock,
    )
    for (const [i, reader] of open.entries()) known.set(reader, statuses[i] as SidecarStatus)
    if (readers.every(isDone) || clock.elapsedMs() >= endMs) break
    await new Promise<void>((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  return readers.map((reader) => {
    const { appId, pid } = reader.registration
    const isApplied = isDone(reader)
    return { appId, pid, isApplied, ...(isApplied ? {} : { reason: whyNot(known.get(reader)) }) }
  })
}

function isInForce({ sampling }: SidecarReport, { put, removed }: AwaitedOverrides): boolean {
  const has = ({ name, rate, untilMs }: OverrideEdit): boolean =>
    sampling.overrides.some(
      (each) => each.name === name && each.rate === rate && each.untilUs === untilMs * 1_000,
    )
  return put.every(has) && !sampling.overrides.some(({ name }) => removed.includes(name))
}

function whyNot(status: SidecarStatus | undefined): string {
  if (status === undefined || !('report' in status)) return status?.error ?? 'it was not asked'
  const { lastReload, problems, generation } = status.report.configuration
  const errors = problems.filter(({ severity }) => severity === undefined)
  return lastReload === 'rejected' && errors.length > 0
    ? `it rejected the Configuration: ${errors.map(formatProblem).join('; ')}`
    : `it still runs generation ${generation} without it`
}
