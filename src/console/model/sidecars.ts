import type { AnsweredSidecar, SidecarStatus } from '../../wire/diagnosis.ts'
import type { ExporterReport, SidecarReport } from '../../wire/sidecar-report.ts'

/** Where a setting stands, as the sidecar that loaded it says. */
export interface Place {
  readonly file: string
  readonly line?: number
}

/** `tracing.yaml:7`, or the whole path with `isWhole`. */
export function placeInWords({ file, line }: Place, { isWhole = false } = {}): string {
  const name = isWhole ? file : (file.split(/[/\\]/).at(-1) ?? file)
  return line === undefined ? name : `${name}:${line}`
}

/** Who set the rate; without one, the last file the sidecar was started with. */
export function policyPlace({ configuration }: SidecarReport): Place | undefined {
  const { sources, files } = configuration
  const file = files.at(-1)
  return (
    sources['tracing.samplingRate'] ??
    sources.tracing ??
    (file === undefined ? undefined : { file })
  )
}

export type Health = 'up' | 'down' | 'untried'

export const exporterHealth = ({ up }: ExporterReport): Health =>
  up === undefined ? 'untried' : up ? 'up' : 'down'

/** Since the sidecar's start, over all its exporters. */
export function spanTotals({ exporters }: SidecarReport): {
  readonly sent: number
  readonly dropped: number
} {
  const dropped = exporters.flatMap((exporter) => Object.values(exporter.dropped))
  return { sent: sum(exporters.map(({ exported }) => exported)), dropped: sum(dropped) }
}

/** The sidecar's own clock, `loadedMs` after the browser got its report: ages and ends of overrides follow it. */
export const sidecarNowUs = ({ nowUs }: SidecarReport, loadedMs: number, nowMs: number): number =>
  nowUs + Math.max(0, nowMs - loadedMs) * 1000

/** The sidecar a page's URL names; with several of an app and no process id, the one that runs longest. */
export const findSidecar = (
  statuses: readonly SidecarStatus[],
  appId: string,
  pid: number | undefined,
): SidecarStatus | undefined => {
  const ofApp = statuses.filter(({ registration }) => registration.appId === appId)
  return ofApp.find(({ registration }) => registration.pid === pid) ?? ofApp[0]
}

export const isAnswered = (status: SidecarStatus): status is AnsweredSidecar => 'report' in status

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
