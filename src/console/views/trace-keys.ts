import type { Trace } from '../../wire/trace/trace.ts'
import type { TraceRow } from '../model/trace-rows.ts'
import type { Key } from '../parts/use-keys.ts'
import type { TraceState } from './use-trace-state.ts'

/** The trace page's keys; parts/help.tsx lists them for people. */
export function traceKeys(page: {
  readonly trace: Trace
  readonly rows: readonly TraceRow[]
  readonly selectedKey: string
  readonly state: TraceState
  readonly matches: readonly string[]
  readonly errorKeys: readonly string[]
  show(key: string | undefined): void
  step(keys: readonly string[], by: 1 | -1): void
  toggleAll(): void
}): Record<string, Key> {
  const { rows, selectedKey, state, show, step } = page
  const at = rows.findIndex((row) => row.key === selectedKey)
  const row = rows[at]
  const move = (by: number): void =>
    show(rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.key)
  const down = (): void => move(1)
  const up = (): void => move(-1)
  return {
    ArrowDown: down,
    ArrowUp: up,
    j: down,
    k: up,
    PageDown: () => move(20),
    PageUp: () => move(-20),
    Home: () => show(rows[0]?.key),
    End: () => show(rows[rows.length - 1]?.key),
    ArrowRight: () => {
      if (row === undefined || row.childCount === 0) return
      if (row.isFolded) state.toggleFold(row.key)
      else down()
    },
    ArrowLeft: () => {
      if (row === undefined) return
      if (row.childCount > 0 && !row.isFolded) state.toggleFold(row.key)
      else show(rows.slice(0, at).findLast((above) => above.depth < row.depth)?.key)
    },
    n: () => step(page.matches, 1),
    N: () => step(page.matches, -1),
    e: () => step(page.errorKeys, 1),
    E: () => step(page.errorKeys, -1),
    c: () => state.toggleCritical(),
    x: () => page.toggleAll(),
    '+': () => state.zoom(0.5),
    '=': () => state.zoom(0.5),
    '-': () => state.zoom(2),
    '0': () => state.setWindow(undefined),
    '[': () => state.pan(-0.25),
    ']': () => state.pan(0.25),
    '/': () => document.getElementById('find')?.focus(),
    Escape: () => {
      if (state.find !== '') state.setFind('')
      else state.setWindow(undefined)
    },
  }
}
