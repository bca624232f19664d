import type { Clock } from '../../base/clock.ts'
import { VERSION } from '../../base/version.ts'
import type { Reload, Snapshot } from '../../resources/index.ts'
import { OPERATION_FIELDS, type OperationState, type SamplingRule } from '../../telemetry/index.ts'
import type {
  ComponentFailure,
  ConfigurationChange,
  OperationReport,
  RuleReport,
  SamplingReport,
  SidecarReport,
} from '../../wire/sidecar-report.ts'
import type { SidecarSettings } from '../settings.ts'
import type { SidecarTelemetry } from '../telemetry/sidecar-telemetry.ts'
import type { ContextWatch } from './context-watch.ts'

export interface ReportSources {
  readonly settings: Pick<SidecarSettings, 'appId' | 'namespace' | 'resourcesPaths'>
  readonly pid: number
  readonly startedUs: number
  readonly clock: Clock
  readonly configuration: {
    readonly files: readonly string[]
    current(): Snapshot
    lastReload(): Reload
  }
  readonly resources: { lastReload(): Reload }
  readonly failedComponents: () => readonly ComponentFailure[]
  readonly telemetry: SidecarTelemetry
  readonly context: ContextWatch
  readonly lastChange: () => readonly ConfigurationChange[]
}

/** The busiest say enough; a report is no dump. */
const MAX_OPERATIONS = 200

export function buildReport(sources: ReportSources): SidecarReport {
  const { settings, pid, startedUs, clock, telemetry, context } = sources
  const { generation, configuration, sources: places, sinceUs } = sources.configuration.current()
  const { result, problems, atUs } = sources.configuration.lastReload()
  const resources = sources.resources.lastReload()
  const { ledger } = telemetry
  return {
    appId: settings.appId,
    namespace: settings.namespace,
    pid,
    version: VERSION,
    startedUs,
    nowUs: clock.nowUs(),
    configuration: {
      name: configuration.name,
      files: sources.configuration.files,
      generation,
      sinceUs,
      lastReload: result,
      lastReloadUs: atUs,
      problems,
      lastChange: sources.lastChange(),
      sources: places,
    },
    resources: {
      directories: settings.resourcesPaths,
      lastReload: resources.result,
      lastReloadUs: resources.atUs,
      problems: resources.problems,
      failed: sources.failedComponents(),
    },
    sampling: samplingReport(telemetry, configuration.tracing !== undefined),
    metrics: telemetry.metrics.policy().report,
    exporters: Object.entries(telemetry.exporters.endpoints()).map(([name, endpoint]) => ({
      name,
      endpoint,
      ...ledger.exporter(name as 'zipkin' | 'otlp' | 'stdout'),
    })),
    spans: ledger.spans(),
    decisions: ledger.decisions(),
    context: context.report(),
    keep: ledger.keep(),
  }
}

function samplingReport(telemetry: SidecarTelemetry, configured: boolean): SamplingReport {
  const { sampling, keep } = telemetry.policy()
  const { rules } = sampling
  return {
    enabled: sampling.enabled,
    configured,
    rate: sampling.rate,
    parent: rules?.parent,
    overrides: rules?.overrides.map(ruleReport) ?? [],
    rules: rules?.rules.map(ruleReport) ?? [],
    floorPerMinute: rules?.floorPerMinute,
    limitPerSecond: rules?.limitPerSecond,
    keep,
    force: rules?.force,
    operations: telemetry.sampler
      .operations()
      .map(operationReport)
      .sort((a, b) => b.sampled + b.unsampled - a.sampled - a.unsampled)
      .slice(0, MAX_OPERATIONS),
  }
}

const ruleReport = ({
  name,
  match,
  header,
  rate,
  perSecond,
  untilUs,
}: SamplingRule): RuleReport => ({
  name,
  match: { ...match, ...(header === undefined ? {} : { header }) },
  rate,
  perSecond,
  untilUs,
})

function operationReport(state: OperationState): OperationReport {
  const { operation, candidates, sampled, unsampled, share } = state
  // The last candidate asks for nothing that a request may lack.
  const active = candidates.find(({ rule }) => rule.header === undefined) ?? candidates.at(-1)
  return {
    operation: Object.fromEntries(
      OPERATION_FIELDS.flatMap((field) =>
        operation[field] === '' ? [] : [[field, operation[field]]],
      ),
    ),
    rule: active?.rule.name ?? 'rate',
    rate: (active?.current().rate ?? 0) * share.pass,
    sampled,
    unsampled,
  }
}
