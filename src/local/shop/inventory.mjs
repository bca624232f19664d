// Keeps the stock. Every twelfth reservation finds the shelf empty; every thirtieth has to walk far.
import { pause, serve } from './service.mjs'

const shelf = new Map(['apples', 'bread', 'coffee', 'dates'].map((item) => [item, 100]))
let reservations = 0

serve({
  'GET /stock': async () => {
    await pause(3)
    return Object.fromEntries(shelf)
  },
  'POST /reservations': async ({ body }) => {
    const { item } = body
    reservations++
    await pause(reservations % 30 === 0 ? 400 : 8)
    if (!shelf.has(item)) throw { status: 404, message: `no such item: ${item}` }
    if (reservations % 12 === 0) throw { status: 409, message: `${item} is sold out` }
    shelf.set(item, shelf.get(item) > 1 ? shelf.get(item) - 1 : 100)
    return { item, left: shelf.get(item) }
  },
})
