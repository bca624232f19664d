// Steady demo traffic: somebody looks at the catalog and buys, about three times a second.
import { invoke, pause } from './service.mjs'

const ITEMS = ['apples', 'bread', 'coffee', 'dates']
process.on('SIGTERM', () => process.exit(0))

for (let visit = 0; ; visit++) {
  try {
    if (visit % 3 === 0) await invoke('GET', 'storefront', '/catalog')
    await invoke('POST', 'storefront', '/checkout', { item: ITEMS[visit % ITEMS.length] })
  } catch (error) {
    // Sold out and the like: part of the show. A shop that is not open yet is waited for.
    if (error.status === undefined) await pause(300)
  }
  await pause(300)
}
