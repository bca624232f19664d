import { formatDuration } from '../../base/short-duration.ts'
import type { Unit } from '../../dashboards/index.ts'

const BYTES = ['B', 'KiB', 'MiB', 'GiB']

const FORMATS: Readonly<Record<Unit, (value: number) => string>> = {
  seconds: (value) => formatDuration(value * 1_000_000),
  milliseconds: (value) => formatDuration(value * 1_000),
  ratio: (value) => `${short(value * 100)}%`,
  per_second: (value) => `${short(value)}/s`,
  count: (value) => short(value),
  yes_no: (value) => (value >= 1 ? 'yes' : 'no'),
  bytes(value) {
    const power = value < 1 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log2(value) / 10))
    return `${short(value / 1024 ** power)} ${BYTES[power]}`
  },
}

/** A value of a panel, in words of its unit. No value is a dash. */
export const formatValue = (value: number | undefined, unit: Unit): string =>
  value === undefined || Number.isNaN(value)
    ? '–'
    : value === 0 && unit !== 'yes_no'
      ? '0'
      : FORMATS[unit](value)

function short(value: number): string {
  if (Math.abs(value) >= 10_000) return `${Number((value / 1000).toPrecision(3))}k`
  return String(Number(value.toPrecision(3)))
}

/** Round marks of an axis from 0 on, about four of them; the last one lies at or above `max`. */
export function valueTicks(max: number, unit: Unit): number[] {
  if (unit === 'yes_no') return [0, 1]
  if (!(max > 0) || !Number.isFinite(max)) return [0, 1]
  const step = roundStep(max / 4, unit)
  const count = Math.ceil(max / step - 1e-9)
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)))
}

/** Nobody counts in halves, and the thousand of bytes is 1024. */
function roundStep(rough: number, unit: Unit): number {
  if (unit === 'bytes') return 2 ** Math.ceil(Math.log2(Math.max(1, rough)))
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  return unit === 'count' ? Math.max(1, step) : step
}
