import { pause } from '../base/pause.ts'
import type { FlowSearch } from '../policy/index.ts'
import type { Trace } from '../wire/trace/trace.ts'
import type { CliContext } from './cli-context.ts'
import { findTraces, newestFirst } from './find-traces.ts'

/** Somebody who goes on calling does not end a look. */
const MAX_LOOKS = 10

/** The traces of a run, when no more of their spans come. @throws Fault `BACKEND_…` */
export async function readRun(
  search: FlowSearch,
  values: {
    readonly backend: string
    readonly last: number
    readonly limit: number
    readonly settle: number
  },
  { clock }: CliContext,
): Promise<readonly Trace[]> {
  const startMs = clock.nowUs() / 1_000 - values.last
  let before = -1
  for (let looks = 1; ; looks++) {
    const endMs = clock.nowUs() / 1_000
    const window = { endMs, lookbackMs: endMs - startMs, limit: values.limit }
    const found = await findTraces(values.backend, search, {
      ...window,
      lookbackMs: Math.ceil(window.lookbackMs),
    })
    const spans = found.reduce((sum, each) => sum + each.length, 0)
    if (spans === before || values.settle === 0 || looks === MAX_LOOKS)
      return newestFirst(found).reverse()
    before = spans
    await pause(clock, values.settle, new AbortController().signal)
  }
}
