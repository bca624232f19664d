// Keeps the stock, in the state store. Every twelfth reservation finds the shelf empty; every thirtieth has to walk far.
import { getState, pause, saveState, serve } from './service.mjs'

const ITEMS = ['apples', 'bread', 'coffee', 'dates']
const FULL = 100
let reservations = 0

serve({
  'GET /stock': async () => {
    const shelf = await Promise.all(ITEMS.map((item) => getState(item)))
    return Object.fromEntries(ITEMS.map((item, i) => [item, shelf[i].value ?? FULL]))
  },
  'POST /reservations': async ({ item }) => {
    reservations++
    await pause(reservations % 30 === 0 ? 400 : 8)
    if (!ITEMS.includes(item)) throw { status: 404, message: `no such item: ${item}` }
    if (reservations % 12 === 0) throw { status: 409, message: `${item} is sold out` }
    const { value = FULL, etag } = await getState(item)
    const left = value > 1 ? value - 1 : FULL
    await saveState(item, left, etag)
    return { item, left }
  },
})
