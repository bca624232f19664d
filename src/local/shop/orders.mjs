// Takes orders: reserves the item, writes the order down, tells whoever listens. Every fortieth order hits a bug.
import { invoke, pause, publish, saveState, serve } from './service.mjs'

let orders = 0

serve({
  'POST /orders': async ({ body, context }) => {
    const id = ++orders
    await pause(5)
    const { left } = await invoke('POST', 'inventory', '/reservations', { body, context })
    if (id % 40 === 0) throw { status: 500, message: 'the order book is stuck' }
    const order = { id, item: body.item }
    await saveState(`order-${id}`, order, { context })
    await publish('orders', order, context)
    return { ...order, left }
  },
})
