import { spawn } from 'node:child_process'
import { createServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { createAuthority } from '../../../src/kube/index.ts'
import type { ChildProgram } from '../child-program.ts'
import type { PodPlace } from './pod-network.ts'

/** Answers what an API server asks of a node: the logs of containers, and connections with ports of pods. */
export interface Kubelet extends AsyncDisposable {
  readonly port: number
}

/** A pod that runs here. */
export interface KubeletPod {
  readonly address: string
  /** Its network; absent for one that the test runs itself, at its address. */
  readonly place?: Pick<PodPlace, 'wrap'>
  /** By the container's name. */
  readonly containers: ReadonlyMap<string, ChildProgram>
}

const LOGS = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)$/
const FORWARD = /^\/portForward\/([^/]+)\/([^/]+)$/

/** @see kubernetes `pkg/kubelet/server/server.go` */
export async function startKubelet(
  host: string,
  find: (namespace: string, pod: string) => KubeletPod | undefined,
): Promise<Kubelet> {
  const { cert, key } = await createAuthority(Date.now() * 1_000)
  const server = createServer({ cert, key }, (req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'https://node')
    const [, namespace = '', pod = '', container = ''] = LOGS.exec(pathname) ?? []
    const text = find(namespace, pod)?.containers.get(container)?.output
    if (text === undefined) return void res.writeHead(404).end(`no container ${pathname}`)
    const lines = text.split('\n')
    const tail = Number(searchParams.get('tailLines') ?? lines.length)
    res.writeHead(200, { 'content-type': 'text/plain' })
    res.write(lines.slice(-tail - 1).join('\n'))
    // Who follows waits for what never comes here.
    if (searchParams.get('follow') !== 'true') res.end()
  })
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('v4.channel.k8s.io') ? 'v4.channel.k8s.io' : false),
  })
  server.on('upgrade', (req, socket, head) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'https://node')
    const [, namespace = '', pod = ''] = FORWARD.exec(pathname) ?? []
    const found = find(namespace, pod)
    if (found === undefined) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
    sockets.handleUpgrade(req, socket, head, (ws) =>
      forward(ws, found, Number(searchParams.get('port') ?? searchParams.get('ports'))),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const each of sockets.clients) each.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const [DATA, ERROR] = [0, 1]

/** Two channels; the first message of each is the port. @see kubernetes `pkg/kubelet/…/portforward/websocket.go` */
function forward(ws: WebSocket, pod: KubeletPod, port: number): void {
  const say = (channel: number, part: Uint8Array): void =>
    ws.send(Buffer.concat([Buffer.of(channel), part]))
  const portBytes = Buffer.alloc(2)
  portBytes.writeUInt16LE(port)
  for (const channel of [DATA, ERROR]) say(channel, portBytes)
  const { input, output, complaints, end } = reach(pod, port)
  output.on('data', (part: Buffer) => say(DATA, part))
  complaints.on('data', (text: Buffer) => say(ERROR, text))
  output.on('close', () => ws.close())
  ws.on('message', (message: Buffer) => input.write(message.subarray(1)))
  ws.on('close', end)
}

/** Between its standard streams and a port of loopback. */
const PIPE = `
const pod = require('node:net').connect(Number(process.argv[1]), 'localhost')
pod.on('error', ({ message }) => process.stderr.write(message, () => process.exit(1)))
process.stdin.pipe(pod).pipe(process.stdout)
pod.on('close', () => process.exit())`

/** A kubelet connects with loopback of the pod's network: what listens there alone is reached, too. */
function reach({ address, place }: KubeletPod, port: number) {
  if (place === undefined) {
    const socket = connect({ host: address, port })
    const complaints = new PassThrough()
    socket.on('error', ({ message }) => complaints.end(message))
    return { input: socket, output: socket, complaints, end: () => socket.destroy() }
  }
  const [program, ...args] = place.wrap([process.execPath, '-e', PIPE, String(port)])
  const child = spawn(program, args)
  child.stdin.on('error', () => undefined)
  return {
    input: child.stdin,
    output: child.stdout,
    complaints: child.stderr,
    end: () => child.kill('SIGKILL'),
  }
}
