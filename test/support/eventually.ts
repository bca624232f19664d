import { setTimeout as pause } from 'node:timers/promises'

export interface Patience {
  /** After this long it fails, saying what was seen last. Default 5 s. */
  readonly deadlineMs?: number
  /** Between two looks. Default 20 ms. */
  readonly intervalMs?: number
}

/**
 * Looks through a public door until there is something to see. This is the only place that polls.
 * Not yet: the probe throws, rejects, or gives `undefined`, `null` or `false`. A probe that asserts
 * therefore ends with `return true`.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  { deadlineMs = 5000, intervalMs = 20 }: Patience = {},
): Promise<Exclude<T, undefined | null | false>> {
  const end = performance.now() + deadlineMs
  for (let looks = 1; ; looks++) {
    let seen: unknown
    try {
      const value = await probe()
      if (value !== undefined && value !== null && value !== false)
        return value as Exclude<T, undefined | null | false>
      seen = new Error(`the probe gave ${String(value)} (a probe that asserts must return true)`)
    } catch (error) {
      seen = error
    }
    if (performance.now() >= end)
      throw new Error(`not seen within ${deadlineMs} ms (${looks} looks); last: ${String(seen)}`, {
        cause: seen,
      })
    await pause(intervalMs)
  }
}
