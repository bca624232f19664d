export { type MemoryTraceStoreOptions, openMemoryTraceStore } from './memory-trace-store.ts'
