import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { SettingsOf, SettingsTable } from './setting.ts'

/** What a driver gets besides its settings. */
export interface DriverContext {
  /** Of the component, for messages. */
  readonly name: string
  readonly appId: string
  readonly namespace: string
  readonly clock: Clock
  readonly log: Logger
  /** Of the process. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What components of all sidecars of this process have in common: made by the first that asks. */
  readonly shared: <T>(key: string, make: () => T) => T
}

/** What a driver opens, whatever the building block. */
export interface Block extends AsyncDisposable {
  /** What it can do beyond the least, in Dapr's words; metadata shows them. */
  readonly features: ReadonlySet<string>
}

/** The drivers of a building block by component type. A client library is dear to import: the first component that needs it loads it. */
export type DriverTable<B extends Block> = Readonly<Record<string, { load(): Promise<Driver<B>> }>>

/** A driver of a building block: our code for one component type. */
export interface Driver<B extends Block, Table extends SettingsTable = SettingsTable> {
  /** For example `state.redis`. */
  readonly type: string
  /** Versions that it serves; `v1` is meant where none is given. */
  readonly versions: readonly string[]
  readonly doc: string
  readonly settings: Table
  /**
   * Opens it, and is sure that it works: connected, authenticated. Gives up when `signal` fires.
   * @throws Fault that names what is wrong without any secret
   */
  open(settings: SettingsOf<Table>, context: DriverContext, signal: AbortSignal): Promise<B>
}
