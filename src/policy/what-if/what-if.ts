import type { Problem } from '../../base/problem.ts'
import type { Configuration } from '../../resources/index.ts'
import type { SidecarStatus } from '../../wire/diagnosis.ts'
import type { WhatIfAnswer, WhatIfWindow } from '../../wire/what-if.ts'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'
import { compileNext } from './next-policy.ts'
import { readRecordedTrace } from './recorded-trace.ts'
import { operationKey, viewSidecars } from './sidecar-view.ts'
import { spendBudgets } from './spend-budgets.ts'
import { sumFigures, sumRules } from './sum-figures.ts'
import { minutesOf, reachesUnseen, unseenOperations } from './unseen-operations.ts'
import { type WeighedTrace, weighTrace } from './weigh-trace.ts'
import { findReasons, noteFacts } from './what-if-notes.ts'

export interface WhatIfQuestion {
  readonly configuration: Configuration
  readonly warnings: readonly Problem[]
  readonly statuses: readonly SidecarStatus[]
  /** Overrides that have ended by then do not count. Epoch microseconds. */
  readonly nowUs: number
}

/** Runs recorded traces through a Configuration, one after the other; holds a small record of each. */
export interface WhatIf {
  add(spans: readonly ZipkinSpan[]): void
  answer(window: Omit<WhatIfWindow, 'traces' | 'foreignTraces'>): WhatIfAnswer
}

export function createWhatIf({ configuration, warnings, statuses, nowUs }: WhatIfQuestion): WhatIf {
  const next = compileNext(configuration, nowUs)
  const view = viewSidecars(statuses)
  const traces: WeighedTrace[] = []
  const recorded = new Set<string>()
  let foreignTraces = 0
  return {
    add(spans) {
      const trace = readRecordedTrace(spans)
      if (trace === undefined) {
        foreignTraces++
        return
      }
      recorded.add(trace.app)
      recorded.add(operationKey(trace.app, { ...trace.operation }))
      traces.push(weighTrace(trace, next, view))
    },
    answer(bounds) {
      const window: WhatIfWindow = { ...bounds, traces: traces.length, foreignTraces }
      const unseen = next.isOn ? unseenOperations(view.reports, recorded, next, window) : []
      const { spent, budgets } = spendBudgets(traces, next, view)
      const facts = {
        spent,
        next,
        view,
        unseen,
        window,
        reachesUnseen: view.reports.some((report) => reachesUnseen(report, next)),
      }
      const reasons = next.isOn ? findReasons(facts) : []
      const isExact = reasons.length === 0
      // Nothing was recorded before the first trace: that time would thin out what came since.
      const firstUs = Math.max(window.fromUs, firstStart(traces) ?? window.fromUs)
      const minutes = minutesOf(window.toUs - firstUs)
      const parts = { spent, unseen, next, isExact, minutes }
      return {
        name: configuration.name,
        window,
        sidecars: { registered: view.registered, answered: view.reports.length },
        exact: isExact,
        ...sumFigures(parts),
        rules: sumRules(parts),
        budgets,
        notes: [...noteFacts(facts), ...reasons],
        warnings,
      }
    },
  }
}

const firstStart = (traces: readonly WeighedTrace[]): number | undefined =>
  traces.reduce<number | undefined>(
    (first, { startUs }) => (first === undefined ? startUs : Math.min(first, startUs)),
    undefined,
  )
