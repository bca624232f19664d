// An app of the demo's making that has everything go wrong: what it is told, it does not take.
const { pause, serve } = await import(`${process.env.SHOP}service.mjs`)

/** Not at once: a message in flight is one to be seen. */
const tell = (status) => async () => {
  await pause(300)
  return { status }
}

serve({
  'POST /retried': tell('RETRY'),
  'POST /dropped': tell('DROP'),
  'POST /buried': tell('SUCCESS'),
  'GET /slow': async () => {
    await pause(600)
    return {}
  },
  'GET /broken': async () => {
    throw { status: 500, message: 'broken' }
  },
  'GET /fine': async () => ({}),
})
