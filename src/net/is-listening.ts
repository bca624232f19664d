import { connect } from 'node:net'

/** Longer than any handshake on one machine or in one cluster. */
const TIMEOUT_MS = 1_000

/** Whether somebody takes TCP connections there now. */
export const isListening = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port })
    const finish = (isOpen: boolean): void => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.setTimeout(TIMEOUT_MS, () => finish(false))
    socket.on('connect', () => finish(true))
    socket.on('error', () => finish(false))
  })
