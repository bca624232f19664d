import { request } from 'node:http'
import { Fault } from '../../base/fault.ts'
import { onAbort } from '../../base/on-abort.ts'
import { type Cluster, openPortForward } from '../../kube/index.ts'
import type { Sender } from '../../net/index.ts'

/** Asks pods by HTTP, whose host is `podHost`, by the way that leads into every cluster: API server and kubelet. */
export const createPodSender = (cluster: Cluster): Pick<Sender, 'get'> => ({
  async get(url, signal, maxBytes = Number.POSITIVE_INFINITY) {
    const { hostname, port, pathname } = new URL(url)
    const dot = hostname.lastIndexOf('.')
    const connection = await openPortForward(cluster, {
      pod: hostname.slice(0, dot),
      namespace: hostname.slice(dot + 1),
      port: Number(port),
    })
    try {
      return await new Promise<string>((resolve, reject) => {
        const endWait = onAbort(signal, () => connection.destroy(new Error('given up')))
        connection.once('close', endWait)
        connection.once('error', reject)
        request({ path: pathname, createConnection: () => connection as never }, (answer) => {
          let text = ''
          answer.setEncoding('utf8')
          answer.on('data', (part: string) => {
            text += part
            if (text.length > maxBytes) connection.destroy(new Error('the answer is too large'))
          })
          answer.once('end', () =>
            answer.statusCode === 200
              ? resolve(text)
              : reject(new Fault('ERR_STATUS', `it answers with status ${answer.statusCode}`)),
          )
          answer.once('error', reject)
        })
          .once('error', reject)
          .end()
      })
    } finally {
      connection.destroy()
    }
  },
})
