import { nearest } from '../../base/nearest.ts'
import type {
  AnsweredSidecar,
  Diagnosis,
  EndpointFacts,
  Finding,
  Severity,
  SidecarDiagnosis,
  SidecarStatus,
  SilentSidecar,
} from '../../wire/diagnosis.ts'
import { type Cause, type Sighting, toFinding } from './cause.ts'
import { clockCauses } from './causes/clock.ts'
import { configurationCauses } from './causes/configuration.ts'
import { contextCauses } from './causes/context.ts'
import { exporterCauses } from './causes/exporters.ts'
import { flowCauses } from './causes/flow.ts'
import { keepCauses } from './causes/keep.ts'
import { overrideCauses } from './causes/overrides.ts'
import { resourceCauses } from './causes/resources.ts'
import { samplingCauses } from './causes/sampling.ts'

export interface DiagnoseOptions {
  /** Only this app's sidecars. Absent or `undefined` = all. */
  readonly appId?: string | undefined
  /** What was learned of exporters' endpoints. */
  readonly endpoints?: readonly EndpointFacts[]
  /** Epoch microseconds. */
  readonly nowUs: number
}

/** All that is looked for, from the root of matters to their surface; findings of one severity keep this order. */
const CAUSES: readonly Cause[] = [
  ...configurationCauses,
  ...resourceCauses,
  ...samplingCauses,
  ...exporterCauses,
  ...keepCauses,
  ...contextCauses,
  ...clockCauses,
  ...overrideCauses,
  ...flowCauses,
]

/** Answers "why do I see no trace, or not what I have written?" from what sidecars say of themselves. */
export function diagnose(
  statuses: readonly SidecarStatus[],
  { appId, endpoints = [], nowUs }: DiagnoseOptions,
): Diagnosis {
  const asked =
    appId === undefined
      ? statuses
      : statuses.filter(({ registration }) => registration.appId === appId)
  const findings = asked.length === 0 ? [nobody(statuses, appId)] : []
  const sidecars = asked.map((status) =>
    toDiagnosis(status, 'report' in status ? look(status, endpoints) : [silent(status)]),
  )
  return {
    healthy: findings.length === 0 && sidecars.every(({ healthy }) => healthy),
    atUs: nowUs,
    findings,
    sidecars,
  }
}

function look(sidecar: AnsweredSidecar, endpoints: readonly EndpointFacts[]): Finding[] {
  const { report } = sidecar
  const sighting: Sighting = {
    sidecar,
    report,
    sampled: report.spans.sampled + report.spans.kept,
    file: report.configuration.files.at(-1) ?? 'its Configuration',
    endpoint: (address) => endpoints.find(({ endpoint }) => endpoint === address),
  }
  return CAUSES.flatMap(({ code, find }) =>
    [find(sighting) ?? []].flat().map((said) => toFinding(code, said)),
  )
}

const ORDER: readonly Severity[] = ['error', 'warning', 'info']

function toDiagnosis({ registration }: SidecarStatus, found: readonly Finding[]): SidecarDiagnosis {
  const { appId, namespace, pid, pod } = registration
  return {
    appId,
    namespace,
    pid,
    ...(pod !== undefined && { pod }),
    healthy: found.every(({ severity }) => severity !== 'error'),
    findings: ORDER.flatMap((severity) => found.filter((finding) => finding.severity === severity)),
  }
}

function nobody(statuses: readonly SidecarStatus[], appId: string | undefined): Finding {
  const names = [...new Set(statuses.map(({ registration }) => registration.appId))].sort()
  if (appId === undefined || names.length === 0)
    return toFinding('NO_SIDECAR', {
      severity: 'error',
      title: 'no sidecar is registered on this machine',
      cure: 'start one: sidelight run --app-id NAME --app-port PORT -- COMMAND; if one runs, give both the same SIDELIGHT_HOME',
    })
  const meant = nearest(appId, names)
  return toFinding('NO_SUCH_APP', {
    severity: 'error',
    title: `no sidecar of app ${appId} is registered on this machine`,
    detail: `registered: ${names.join(', ')}`,
    cure: meant === undefined ? 'name one of these' : `did you mean ${meant}?`,
  })
}

const silent = ({ registration, error }: SilentSidecar): Finding =>
  toFinding('SIDECAR_UNREACHABLE', {
    severity: 'error',
    title: `its sidecar does not answer: ${error}`,
    ...(registration.pod === undefined
      ? {
          detail: `registered as process ${registration.pid}, asked at ${registration.host}:${registration.internalPort}`,
          cure: 'look whether that process is stuck or stopped, and start it again',
        }
      : {
          detail: `asked at port ${registration.internalPort} of the pod`,
          cure: `see what it says: kubectl logs ${registration.pod} -c daprd -n ${registration.namespace}`,
        }),
  })
