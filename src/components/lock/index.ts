export type { Lock, LockStore, UnlockOutcome } from './contract.ts'
export { lockDrivers } from './registry.ts'
