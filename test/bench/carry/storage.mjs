// The floor of anything that carries a context: Node's AsyncLocalStorage around each request, and nothing else.
import { AsyncLocalStorage } from 'node:async_hooks'
import { Server } from 'node:http'

const storage = new AsyncLocalStorage()
const { emit } = Server.prototype
Server.prototype.emit = function (event, ...args) {
  return event === 'request'
    ? storage.run({}, () => emit.call(this, event, ...args))
    : emit.call(this, event, ...args)
}
