import type { Clock } from '../base/clock.ts'
import type { RegistrationDirectory } from '../net/index.ts'
import type { ConsolePages } from './console-pages.ts'
import type { BackendMeter } from './meter.ts'
import type { NamesCache } from './names-cache.ts'
import type { QueryGate } from './promql/query-gate.ts'
import type { SampleStore } from './samples/sample-store.ts'
import type { BackendSettings } from './settings.ts'
import type { SidecarWatch } from './sidecar-watch.ts'
import type { TraceStore } from './store/contract.ts'

/** What handlers are made from. */
export interface BackendParts {
  readonly settings: BackendSettings
  readonly store: TraceStore
  readonly meter: BackendMeter
  readonly clock: Clock
  readonly pages: ConsolePages | undefined
  readonly names: NamesCache
  readonly sidecars: SidecarWatch
  /** Of sidecars of this machine. */
  readonly registrations: Pick<RegistrationDirectory, 'list'>
  /** Of scrapes; PromQL reads them. */
  readonly samples: SampleStore
  /** Every PromQL query goes through it. */
  readonly queries: QueryGate
  /** That it listens on; 0 until it does. */
  readonly port: () => number
}
