export type { Driver, DriverContext } from './driver.ts'
export {
  readSettings,
  type Setting,
  type SettingDoc,
  type SettingsOf,
  type SettingsTable,
  settings,
} from './setting.ts'
