import { Fault } from '../../../base/fault.ts'
import type { Driver } from '../../index.ts'
import type { Binding } from '../contract.ts'
import { createCronBinding } from './binding.ts'
import { parseSchedule } from './schedule.ts'
import { cronSettings } from './settings.ts'

/** @see dapr components-contrib `bindings/cron` */
export const cronDriver: Driver<Binding, typeof cronSettings> = {
  type: 'bindings.cron',
  versions: ['v1'],
  doc: 'Calls the app by a schedule. Input.',
  settings: cronSettings,
  async open({ schedule }, { clock, log }) {
    const parsed = parseSchedule(schedule.trim(), clock)
    if (!parsed.ok) throw new Fault('BINDING_UNAVAILABLE', `schedule: ${parsed.error}`)
    return createCronBinding(parsed.value, clock, log)
  },
}
