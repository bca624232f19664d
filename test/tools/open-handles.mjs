/** What still holds the process, one line each, by the words that find it: a program, a port, a file. */
export function openHandles() {
  const handles = [...process._getActiveHandles(), ...process._getActiveRequests()]
  const named = handles.filter((handle) => handle?.fd === undefined || handle.fd > 2).map(describe)
  const others = process.getActiveResourcesInfo()
  return [...named, `event loop: ${others.join(', ')}`]
}

function describe(handle) {
  const name = handle.constructor?.name ?? typeof handle
  if (Array.isArray(handle.spawnargs))
    return `${name} ${handle.pid}: ${handle.spawnargs.join(' ').slice(0, 200)}`
  if (typeof handle.address === 'function' && typeof handle.getConnections === 'function')
    return `${name} on ${JSON.stringify(handle.address())}`
  if (handle.remotePort !== undefined)
    return `${name} ${handle.localPort} to ${handle.remoteAddress}:${handle.remotePort}`
  if (typeof handle.threadId === 'number') return `${name} of a worker ${handle.threadId}`
  return name
}
