import type { SidecarReport } from './sidecar-report.ts'

/** Where a sidecar is reached, by its registration on this machine. */
export interface SidecarAddress {
  readonly appId: string
  readonly namespace: string
  readonly pid: number
  /** In a cluster: the pod's name. */
  readonly pod?: string
  /** Host of all ports, for example `127.0.0.1`. */
  readonly host: string
  /** Where `REPORT_PATH` is answered. */
  readonly internalPort: number
  readonly httpPort: number
  /** 0 when metrics are off. */
  readonly metricsPort: number
  /** 0 without an app. */
  readonly appPort: number
  /** Epoch microseconds. */
  readonly startedUs: number
}

/** What became of asking one registered sidecar: `'report' in status` tells the two apart. */
export type SidecarStatus = AnsweredSidecar | SilentSidecar

export interface AnsweredSidecar {
  readonly registration: SidecarAddress
  readonly report: SidecarReport
  /** Its wall clock minus ours in the middle of the exchange. Uncertain by half of `roundTripUs`. */
  readonly skewUs: number
  readonly roundTripUs: number
}

export interface SilentSidecar {
  readonly registration: SidecarAddress
  /** Why there is no report, for people. */
  readonly error: string
}

/** `error`: traces are missing or torn because of it. `warning`: some may be. `info`: good to know. */
export type Severity = 'error' | 'warning' | 'info'

/** One answer to "why do I see no trace?". */
export interface Finding {
  /** Stable name to match on, for example `EXPORTER_DOWN`. */
  readonly code: string
  readonly severity: Severity
  /** One line: what is. */
  readonly title: string
  /** Figures, names and times behind it. Empty when the title says all. */
  readonly detail: string
  /** What to do. Empty when nothing needs to be done. */
  readonly cure: string
  /** Who set it. */
  readonly source?: { readonly file: string; readonly line?: number }
}

export interface SidecarDiagnosis {
  readonly appId: string
  readonly namespace: string
  readonly pid: number
  readonly pod?: string
  /** No finding is an error. */
  readonly healthy: boolean
  /** Gravest first. */
  readonly findings: readonly Finding[]
}

/** What is wrong on this machine, and what to do about it. */
export interface Diagnosis {
  /** No finding anywhere is an error. */
  readonly healthy: boolean
  /** When it was made: epoch microseconds. */
  readonly atUs: number
  /** What concerns no single sidecar: none is registered, none has the name that was asked for. */
  readonly findings: readonly Finding[]
  /** One for each status of those asked for, in their order. */
  readonly sidecars: readonly SidecarDiagnosis[]
}

/** What was learned about an exporter's endpoint from where the diagnosis is made. */
export interface EndpointFacts {
  /** As the report shows it. */
  readonly endpoint: string
  readonly state:
    | 'answered'
    | 'unreachable'
    /** It is the backend that makes the diagnosis. */
    | 'self'
  /** Of an HTTP answer. */
  readonly status?: number
  /** Why it is unreachable, or why our own store takes nothing. */
  readonly error?: string
}

/** Answer of the backend's `GET /sidelight/api/v1/sidecars`. */
export interface SidecarsAnswer {
  readonly statuses: readonly SidecarStatus[]
  readonly endpoints: readonly EndpointFacts[]
  readonly diagnosis: Diagnosis
}
