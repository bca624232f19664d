import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { nearest } from '../../base/nearest.ts'
import { pause } from '../../base/pause.ts'
import type { Reply } from '../../net/index.ts'
import type { Faults } from '../../sidecar/index.ts'

/** What can be broken, by the words that a test may use for it. */
export interface FaultTargets {
  readonly apps: readonly string[]
  /** Each component's name, and the engine that its resource asks for, for example `redis`. */
  readonly components: ReadonlyMap<string, string>
}

export interface FaultSwitch extends Faults {
  /** Operations of a component fail; an app answers with `status` and is not asked. */
  break(target: string, status: number): void
  /** Everything that goes to the target waits first. */
  delay(target: string, ms: number): void
  /** Takes faults away: of one target, or all. */
  heal(target?: string): void
  /** Ends what waits. */
  close(): void
}

interface Trouble {
  readonly status?: number
  readonly delayMs?: number
}

/** Faults that a test switches on and off. */
export function createFaultSwitch(targets: FaultTargets, clock: Clock): FaultSwitch {
  const { apps, components } = targets
  const troubles = new Map<string, Trouble>()
  const closing = new AbortController()

  /** Keys of `troubles`: an app and a component may have one name. */
  const keysOf = (target: string): readonly string[] => {
    const keys = [
      ...apps.filter((id) => id === target).map(appKey),
      ...[...components]
        .filter(([name, engine]) => name === target || engine === target)
        .map(([name]) => componentKey(name)),
    ]
    if (keys.length > 0) return keys
    const known = new Set([...apps, ...components.keys(), ...components.values()])
    const meant = nearest(target, known)
    throw new Fault(
      'TEST_TARGET_UNKNOWN',
      `nothing is called ${target}${meant === undefined ? '' : `; was ${meant} meant?`} There are ${[...known].join(', ')}`,
    )
  }
  const add = (target: string, trouble: Trouble): void => {
    for (const key of keysOf(target)) troubles.set(key, { ...troubles.get(key), ...trouble })
  }
  const meet = async (key: string): Promise<number | undefined> => {
    const trouble = troubles.get(key)
    if (trouble?.delayMs !== undefined) await pause(clock, trouble.delayMs, closing.signal)
    return trouble?.status
  }
  return {
    break: (target, status) => add(target, { status }),
    delay: (target, delayMs) => add(target, { delayMs }),
    heal(target) {
      if (target === undefined) troubles.clear()
      else for (const key of keysOf(target)) troubles.delete(key)
    },
    close: () => closing.abort(),
    async beforeApp(appId) {
      const status = await meet(appKey(appId))
      return status === undefined ? undefined : brokenReply(appId, status)
    },
    async beforeComponent({ name, type }) {
      if ((await meet(componentKey(name))) === undefined) return
      const [block = ''] = type.split('.')
      throw new Fault(`${block.toUpperCase()}_UNAVAILABLE`, `${name} was broken by the test`, {
        retryable: true,
      })
    },
  }
}

const appKey = (id: string): string => `app ${id}`
const componentKey = (name: string): string => `component ${name}`

const brokenReply = (appId: string, status: number): Reply => ({
  status,
  headers: ['Content-Type', 'text/plain; charset=utf-8'],
  body: `${appId} was broken by the test\n`,
})
