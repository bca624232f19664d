import { timingSafeEqual } from 'node:crypto'

/** Compares a secret that was shown in a time that says nothing about it. */
export function sameSecret(shown: string | undefined, expected: Uint8Array): boolean {
  const given = Buffer.from(shown ?? '')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
