import type { DriverTable } from '../index.ts'
import type { Conversation } from './contract.ts'

export const conversationDrivers: DriverTable<Conversation> = {
  'conversation.echo': { load: async () => (await import('./echo/index.ts')).echoDriver },
}
