// Takes orders: reserves the item, then writes the order down. Every fortieth order hits a bug.
import { invoke, pause, serve } from './service.mjs'

let orders = 0

serve({
  'POST /orders': async ({ body, context }) => {
    const id = ++orders
    await pause(5)
    const { left } = await invoke('POST', 'inventory', '/reservations', { body, context })
    if (id % 40 === 0) throw { status: 500, message: 'the order book is stuck' }
    await pause(4)
    return { id, item: body.item, left }
  },
})
