export type { DiskTraceStoreDeps, DiskTraceStoreOptions } from './disk-options.ts'
export { openDiskTraceStore } from './disk-trace-store.ts'
export type { FileHandle, FileLayer } from './file-layer.ts'
export type { ProcessTable } from './process-table.ts'
