export type { Block, Driver, DriverContext, DriverTable } from './driver.ts'
export {
  readSettings,
  type Setting,
  type SettingDoc,
  type SettingsOf,
  type SettingsTable,
  settings,
} from './setting.ts'
