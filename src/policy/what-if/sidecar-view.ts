import type { SidecarStatus } from '../../wire/diagnosis.ts'
import type { OperationReport, SidecarReport } from '../../wire/sidecar-report.ts'

/** What the sidecars say of themselves, as what-if asks for it. */
export interface SidecarView {
  readonly registered: number
  readonly reports: readonly SidecarReport[]
  /** Sidecars of an app; 1 for one that is not known any more. */
  replicas(app: string): number
  /** One of the app's reports, if its policy was in force at that time. */
  inForceAt(app: string, timeUs: number): SidecarReport | undefined
  reportsOf(app: string): readonly SidecarReport[]
  /** Share of an operation's requests that were sampled, by the sidecars' counters. */
  sampledShare(app: string, path: string, target: string, method: string): number | undefined
}

export function viewSidecars(statuses: readonly SidecarStatus[]): SidecarView {
  const reports = statuses.flatMap((status) => ('report' in status ? [status.report] : []))
  const byApp = new Map<string, SidecarReport[]>()
  for (const report of reports)
    byApp.set(report.appId, [...(byApp.get(report.appId) ?? []), report])
  const replicas = new Map<string, number>()
  for (const { registration } of statuses)
    replicas.set(registration.appId, (replicas.get(registration.appId) ?? 0) + 1)
  const shares = new Map<string, { sampled: number; all: number }>()
  for (const report of reports)
    for (const { operation, sampled, unsampled } of report.sampling.operations) {
      const key = operationKey(report.appId, operation)
      const share = shares.get(key) ?? { sampled: 0, all: 0 }
      shares.set(key, {
        sampled: share.sampled + sampled,
        all: share.all + sampled + unsampled,
      })
    }
  return {
    registered: statuses.length,
    reports,
    replicas: (app) => replicas.get(app) ?? 1,
    inForceAt: (app, timeUs) =>
      byApp.get(app)?.find(({ configuration }) => configuration.sinceUs <= timeUs),
    reportsOf: (app) => byApp.get(app) ?? [],
    sampledShare(app, path, target, method) {
      const share = shares.get(operationKey(app, { path, target, method }))
      return share === undefined || share.sampled === 0 ? undefined : share.sampled / share.all
    },
  }
}

/** By the fields that always tell operations apart; `api` follows from the path. */
export const operationKey = (
  app: string,
  { path = '', target = '', method = '' }: OperationReport['operation'],
): string => `${app}\0${target}\0${method}\0${path}`
