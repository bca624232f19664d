// What customers see: the catalog, and the till.
import { invoke, serve } from './service.mjs'

serve({
  'GET /catalog': () => invoke('GET', 'inventory', '/stock'),
  'POST /checkout': (order) => invoke('POST', 'orders', '/orders', order),
})
