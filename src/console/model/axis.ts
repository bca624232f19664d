/** A stretch of the trace shown by the waterfall, µs from the trace's start. */
export interface TimeWindow {
  readonly fromUs: number
  readonly toUs: number
}

/** Round positions for axis marks (1, 2 or 5 times a power of ten), about `wanted` of them. */
export function axisTicks({ fromUs, toUs }: TimeWindow, wanted: number): number[] {
  const span = toUs - fromUs
  if (!(span > 0)) return []
  const rough = span / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 5, 10].find((f) => f * power >= rough) ?? 10
  const step = Math.max(1, factor * power)
  const ticks: number[] = []
  for (let at = Math.ceil(fromUs / step) * step; at <= toUs; at += step) ticks.push(at)
  return ticks
}

/** Zooms around the middle; `factor` below 1 shows less time. Stays inside the trace and above 10 µs. */
export function zoomWindow(window: TimeWindow, factor: number, durationUs: number): TimeWindow {
  const middle = (window.fromUs + window.toUs) / 2
  const width = Math.min(durationUs, Math.max(10, (window.toUs - window.fromUs) * factor))
  return moveWindow({ fromUs: middle - width / 2, toUs: middle + width / 2 }, 0, durationUs)
}

/** Moves by a share of its own width, keeping the width at the edges. */
export function moveWindow(window: TimeWindow, share: number, durationUs: number): TimeWindow {
  const width = Math.min(durationUs, window.toUs - window.fromUs)
  const fromUs = Math.min(
    Math.max(0, window.fromUs + share * width),
    Math.max(0, durationUs - width),
  )
  return { fromUs: Math.round(fromUs), toUs: Math.round(fromUs + width) }
}

/** Position of a moment (µs from the trace's start) in the shown window. */
export const percent = (us: number, { fromUs, toUs }: TimeWindow): number =>
  toUs > fromUs ? ((us - fromUs) / (toUs - fromUs)) * 100 : 0
