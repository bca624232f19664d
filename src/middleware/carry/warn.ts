import type { Trust } from './trust.ts'

/** To who runs the app, once. */
export function warn(code: string, message: string): void {
  process.emitWarning(message, { type: 'SidelightWarning', code })
}

export function warnOfMistakes({ mistakes }: Trust): void {
  for (const entry of mistakes)
    warn(
      'CARRY_TRUST_INVALID',
      `SIDELIGHT_TRUST: ${JSON.stringify(entry.slice(0, 100))} is no host, *.domain, address, range or *, and is passed over`,
    )
}
