import { formatAge, formatRate } from '../base/figures.ts'
import type { OverrideEdit } from '../resources/index.ts'

/** `tune-checkout: keeps all of target checkout until 2026-12-01T10:00:00Z (10 min)`. */
export const describePut = ({ name, match, rate, untilMs }: OverrideEdit, nowMs: number): string =>
  `${name}: keeps ${formatRate(rate)} of ${describeMatch(match)} until ${new Date(untilMs).toISOString().replace('.000Z', 'Z')} (${formatAge(Math.max(0, untilMs - nowMs) * 1_000)})`

/** `target orders, method GET`. */
export const describeMatch = (match: Readonly<Record<string, string>>): string =>
  Object.entries(match)
    .map(([field, glob]) => `${field} ${glob}`)
    .join(', ') || 'every request'
