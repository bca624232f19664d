import type { Block } from '../components/index.ts'
import type { Reply } from '../net/index.ts'
import type { Component } from '../resources/index.ts'

/** What stands in the way of a sidecar's calls, so that people can see what their apps make of it. */
export interface Faults {
  /** Before each call of the app: passes, waits, or answers in the app's stead. */
  beforeApp(appId: string): Promise<Reply | undefined>
  /** Before each operation of a component: passes, waits, or throws in the driver's stead. */
  beforeComponent(component: Component): Promise<void>
}

/** The block with something in the way of its operations. */
export const withFaults = <B extends Block>(
  block: B,
  component: Component,
  faults: Faults | undefined,
): B =>
  faults === undefined
    ? block
    : new Proxy(block, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key)
          if (typeof value !== 'function') return value
          const method = value.bind(target)
          if (STANDING.has(key)) return method
          return async (...args: readonly unknown[]) => {
            await faults.beforeComponent(component)
            return method(...args)
          }
        },
      })

/** What begins something that outlives a fault, or answers at once. */
const STANDING: ReadonlySet<PropertyKey> = new Set([
  'subscribe',
  'watch',
  'read',
  'handle',
  Symbol.asyncDispose,
])
