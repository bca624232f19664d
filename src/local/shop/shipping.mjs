// Packs what was ordered. Every fifteenth parcel needs a second try.
import { pause, serve, subscribe } from './service.mjs'

let parcels = 0

serve({
  ...subscribe('orders', '/parcels', async () => {
    await pause(12)
    return ++parcels % 15 === 0 ? 'RETRY' : 'SUCCESS'
  }),
})
