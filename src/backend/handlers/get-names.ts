import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { requireParameter } from '../query-guard.ts'
import { json } from '../replies.ts'

/** `GET /spans` and `GET /remoteServices`: what a service calls its work, and whom it calls. */
export const getNames =
  ({ settings, store, names }: BackendParts, list: 'spanNames' | 'remoteServiceNames'): Handler =>
  async ({ request }) => {
    const service = requireParameter(new URLSearchParams(request.query), 'serviceName')
    const found = settings.searchEnabled ? await store[list](service.toLowerCase()) : []
    return json(found, names.forNames())
  }
