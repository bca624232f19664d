// What customers see: the catalog, and the till.
import { invoke, serve } from './service.mjs'

serve({
  'GET /catalog': ({ context }) => invoke('GET', 'inventory', '/stock', { context }),
  'POST /checkout': ({ body, context }) => invoke('POST', 'orders', '/orders', { body, context }),
})
