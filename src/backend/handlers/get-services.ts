import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { json } from '../replies.ts'

export const getServices =
  ({ settings, store, names }: BackendParts): Handler =>
  async () => {
    const services = settings.searchEnabled ? await store.serviceNames() : []
    names.sawServices(services.length)
    return json(services, names.forNames())
  }
