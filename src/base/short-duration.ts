import { err, ok, type Result } from './result.ts'

const UNIT_US: Readonly<Record<string, number>> = {
  us: 1,
  µs: 1,
  μs: 1,
  ms: 1000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
}

/**
 * Reads `10ms`, `1.5s`, `250us`, `2m`; a bare number is microseconds, as in Zipkin Lens.
 *
 * @returns whole microseconds, at least 1, or a sentence that cures the input.
 */
export function parseDuration(text: string): Result<number, string> {
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-zµμ]*)\s*$/i.exec(text)
  const unit = match?.[2] === '' ? 1 : UNIT_US[(match?.[2] ?? '').toLowerCase()]
  if (match === null || unit === undefined)
    return err('Write a number with µs, ms, s, m or h, for example 10ms or 1.5s.')
  const us = Math.round(Number(match[1]) * unit)
  return us >= 1 ? ok(us) : err('A duration is at least 1µs.')
}

/** Three significant digits in the unit that fits: `312µs`, `4.31ms`, `1.5s`, `2m 5s`, `1h 2m`. */
export function formatDuration(us: number): string {
  if (us < 0) return `-${formatDuration(-us)}`
  if (us < 999.5) return `${Math.round(us)}µs`
  if (us < 999_500) return `${threeDigits(us / 1000)}ms`
  if (us < 59_950_000) return `${threeDigits(us / 1_000_000)}s`
  const seconds = Math.round(us / 1_000_000)
  if (seconds < 3600) return joinUnits(Math.floor(seconds / 60), 'm', seconds % 60, 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return joinUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'm')
  const hours = Math.round(minutes / 60)
  return joinUnits(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

const threeDigits = (value: number): string =>
  String(Number(value < 1000 ? value.toPrecision(3) : Math.round(value)))

const joinUnits = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit} ${small}${smallUnit}`
