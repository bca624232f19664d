export { type Backend, type BackendDeps, buildBackend } from './build-backend.ts'
export {
  BACKEND_DEFAULTS,
  type BackendSettings,
  type DiskStoreSettings,
  type MemoryStoreSettings,
  type StoreSettings,
} from './settings.ts'
export type { FileHandle, FileLayer, ProcessTable } from './store/disk/index.ts'
