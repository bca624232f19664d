// How long the test kit takes: one line of JSON.
const beforeMs = performance.now()
const { startBundle } = await import('sidelight/testing')
const importedMs = performance.now()
const listener = (_, res) => res.end('{}')
const apps = [
  { id: 'orders', listener },
  { id: 'shipping', listener },
]
const first = await startBundle({ apps })
const readyMs = performance.now()
await first.close()
const closedMs = performance.now()
const second = await startBundle({ apps })
const secondMs = performance.now()
await second.close()
console.log(
  JSON.stringify({
    importMs: importedMs - beforeMs,
    readyMs: readyMs - importedMs,
    closeMs: closedMs - readyMs,
    nextMs: secondMs - closedMs,
  }),
)
