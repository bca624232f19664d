export type { HandledRequest, HandlerOutcome, Middleware } from './contract.ts'
export { middlewareDrivers } from './registry.ts'
