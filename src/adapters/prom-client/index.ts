export { createPromRegistry } from './prom-registry.ts'
