// Takes orders: reserves the item, writes the order down, tells whoever listens. Every fortieth order hits a bug.
import { invoke, pause, publish, saveState, serve } from './service.mjs'

let orders = 0

serve({
  'POST /orders': async ({ item }) => {
    const id = ++orders
    await pause(5)
    const { left } = await invoke('POST', 'inventory', '/reservations', { item })
    if (id % 40 === 0) throw { status: 500, message: 'the order book is stuck' }
    const order = { id, item }
    await saveState(`order-${id}`, order)
    await publish('orders', order)
    return { ...order, left }
  },
})
