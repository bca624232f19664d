export type { Block, Driver, DriverContext, DriverTable } from './driver.ts'
export { pause } from './pause.ts'
export {
  readSettings,
  type Setting,
  type SettingDoc,
  type SettingsOf,
  type SettingsTable,
  settings,
} from './setting.ts'
