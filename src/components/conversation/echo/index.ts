import type { Driver } from '../../index.ts'
import type { Conversation } from '../contract.ts'
import { createEcho } from './conversation.ts'
import { echoSettings } from './settings.ts'

/** @see dapr components-contrib `conversation/echo` */
export const echoDriver: Driver<Conversation, typeof echoSettings> = {
  type: 'conversation.echo',
  versions: ['v1'],
  doc: 'Says what was said to it, for laptops and tests.',
  settings: echoSettings,
  open: async () => createEcho(),
}
