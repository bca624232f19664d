import { runAtEnd } from './at-end.ts'

/**
 * Loaded by mocha before the test files. Its `bdd` interface has `describe` and `it`; the house says
 * `test`, so the name is led to whatever `it` is while a file loads (`test.only` goes with it).
 */
Object.defineProperty(globalThis, 'test', {
  configurable: true,
  get: () => (globalThis as unknown as { it: unknown }).it,
})

/** Root hook: what was started once for the whole run ends with it. */
export const mochaHooks = { afterAll: runAtEnd }
