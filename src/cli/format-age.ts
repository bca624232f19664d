const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** The largest unit of an age that is not zero, as Dapr's CLI has it: `3d`, `4h`, `12m`, `5s`. */
export function formatAge(ageMs: number): string {
  for (const [unit, lengthMs] of UNITS)
    if (ageMs >= lengthMs) return `${Math.floor(ageMs / lengthMs)}${unit}`
  return '0s'
}
