import type { AnsweredSidecar, EndpointFacts, Finding, Severity } from '../../wire/diagnosis.ts'
import type { SidecarReport } from '../../wire/sidecar-report.ts'

/** One sidecar as the causes look at it. */
export interface Sighting {
  readonly sidecar: AnsweredSidecar
  readonly report: SidecarReport
  /** Spans decided to be exported, at once or by the keeper. */
  readonly sampled: number
  /** The file to edit, for cures: its path, or words for it. */
  readonly file: string
  endpoint(address: string | undefined): EndpointFacts | undefined
}

export interface Said {
  readonly severity: Severity
  readonly title: string
  readonly detail?: string
  readonly cure?: string
  readonly source?: Finding['source'] | undefined
}

/** One reason for missing or torn traces: looks at a sidecar and says what it finds. */
export interface Cause {
  readonly code: string
  find(sighting: Sighting): Said | readonly Said[] | undefined
}

/** What was said, under its code; what was not said is empty. */
export const toFinding = (
  code: string,
  { severity, title, detail = '', cure = '', source }: Said,
): Finding => ({
  code,
  severity,
  title,
  detail,
  cure,
  ...(source === undefined ? {} : { source }),
})

export const formatPlace = ({ file, line }: { readonly file: string; readonly line?: number }) =>
  line === undefined ? file : `${file}:${line}`
