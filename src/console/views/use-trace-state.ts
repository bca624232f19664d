import { useMemo } from 'preact/hooks'
import type { Trace } from '../../wire/trace/trace.ts'
import type { TimeWindow } from '../model/axis.ts'
import { moveWindow, zoomWindow } from '../model/axis.ts'
import { foldableKeys } from '../model/trace-rows.ts'
import { params, setParams } from '../router.ts'

/** More folded lines than this are not worth a URL; `fold=all` stands for all of them. */
const MAX_FOLDS_IN_URL = 60

export interface TraceState {
  /** Key of the selected line; `undefined` = the page picks one. */
  readonly selected: string | undefined
  readonly find: string
  readonly folded: ReadonlySet<string>
  readonly window: TimeWindow
  readonly isZoomed: boolean
  readonly isCriticalShown: boolean
  /** `unfold` lists lines that must be open to see it. */
  select(key: string, unfold?: readonly string[]): void
  setFind(text: string): void
  setFolded(keys: ReadonlySet<string>): void
  toggleFold(key: string): void
  /** `undefined` = the whole trace. */
  setWindow(window: TimeWindow | undefined): void
  zoom(factor: number): void
  pan(share: number): void
  toggleCritical(): void
}

/** The trace page's state, all of it in the URL: a link shows the receiver what the sender saw. */
export function useTraceState(trace: Trace): TraceState {
  const query = params.value
  const foldText = query.get('fold') ?? ''
  const folded = useMemo(
    () => new Set(foldText === 'all' ? foldableKeys(trace) : foldText.split(',').filter(Boolean)),
    [trace, foldText],
  )
  const spanKey = query.get('span') ?? undefined
  const isKnown =
    spanKey !== undefined && (trace.byKey.has(spanKey) || spanKey.startsWith('missing:'))
  const window = readWindow(query, trace.durationUs)
  const isZoomed = window.fromUs > 0 || window.toUs < trace.durationUs
  const setFolded = (keys: ReadonlySet<string>): void => setParams({ fold: formatFolds(keys) })
  const setWindow = (next: TimeWindow | undefined): void => {
    const isWhole = next === undefined || (next.fromUs <= 0 && next.toUs >= trace.durationUs)
    setParams({
      from: isWhole ? undefined : String(Math.round(next.fromUs)),
      to: isWhole ? undefined : String(Math.round(next.toUs)),
    })
  }
  return {
    selected: isKnown ? spanKey : undefined,
    find: query.get('find') ?? '',
    folded,
    window,
    isZoomed,
    isCriticalShown: query.get('critical') !== '0',
    select(key, unfold = []) {
      const open = new Set(folded)
      for (const line of unfold) open.delete(line)
      setParams({ span: key, fold: formatFolds(open) })
    },
    setFind: (text) => setParams({ find: text === '' ? undefined : text }),
    setFolded,
    toggleFold(key) {
      const next = new Set(folded)
      if (!next.delete(key)) next.add(key)
      setFolded(next)
    },
    setWindow,
    zoom: (factor) => setWindow(zoomWindow(window, factor, trace.durationUs)),
    pan: (share) => setWindow(moveWindow(window, share, trace.durationUs)),
    toggleCritical: () => setParams({ critical: query.get('critical') === '0' ? undefined : '0' }),
  }

  function formatFolds(keys: ReadonlySet<string>): string | undefined {
    if (keys.size === 0) return undefined
    return keys.size > MAX_FOLDS_IN_URL && keys.size === foldableKeys(trace).length
      ? 'all'
      : [...keys].join()
  }
}

function readWindow(query: URLSearchParams, durationUs: number): TimeWindow {
  const fromUs = Number(query.get('from') ?? 0)
  const toUs = Number(query.get('to') ?? durationUs)
  const isSound = fromUs >= 0 && toUs <= durationUs && toUs > fromUs
  return isSound ? { fromUs, toUs } : { fromUs: 0, toUs: durationUs }
}
