import { type Clock, createSystemClock } from '../../src/base/clock.ts'
import { type Logger, silentLogger } from '../../src/base/logger.ts'
import { type Block, type DriverTable, readSettings } from '../../src/components/index.ts'

export interface OpenBlockOptions {
  readonly name?: string
  readonly appId?: string
  readonly clock?: Clock
  readonly log?: Logger
  readonly env?: Readonly<Record<string, string>>
  /** Like a Component's `initTimeout`. Default 5 s. */
  readonly timeoutMs?: number
  /** What sidecars of one process have in common. Default: nothing. */
  readonly shared?: Map<string, unknown>
}

/** What the sidecar opens for a component: by its type and its metadata. */
export async function openBlock<B extends Block>(
  drivers: DriverTable<B>,
  type: string,
  metadata: Readonly<Record<string, string>> = {},
  {
    name = 'component',
    appId = 'orders',
    clock = createSystemClock(),
    log = silentLogger,
    env = {},
    timeoutMs = 5000,
    shared = new Map(),
  }: OpenBlockOptions = {},
): Promise<B> {
  const driver = await drivers[type]?.load()
  if (driver === undefined) throw new Error(`no driver ${type}`)
  const lower = Object.entries(metadata).map(
    ([setting, value]) => [setting.toLowerCase(), value] as const,
  )
  const settings = readSettings(driver.settings, new Map(lower))
  if (!settings.ok) throw new Error(JSON.stringify(settings.error))
  const context = {
    name,
    appId,
    namespace: '',
    clock,
    log,
    env,
    shared: <T>(key: string, make: () => T): T => {
      if (!shared.has(key)) shared.set(key, make())
      return shared.get(key) as T
    },
  }
  return driver.open(settings.value, context, AbortSignal.timeout(timeoutMs))
}
