import { connect } from 'node:tls'
import { createLineReader } from '../../../src/wire/operator-stream.ts'
import { simulateSidecar } from '../../support/simulated-sidecar.ts'

/** Told to a process of streams: open these. `sidecar` = by the sidecar's own code, `bare` = a TLS socket each. */
export interface OpenStreams {
  readonly kind: 'sidecar' | 'bare'
  readonly address: string
  readonly trustAnchors: string
  readonly tokens: readonly string[]
}

/** Told by it: every stream has read, and answered, as many changes. */
export interface StreamsRead {
  readonly round: number
  /** On the clock that all processes of a machine share. */
  readonly atMs: number
}

const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6

process.on('message', ({ kind, address, trustAnchors, tokens }: OpenStreams) => {
  /** How many streams have read so many changes. */
  const readers: number[] = []
  const read = (round: number): void => {
    readers[round] = (readers[round] ?? 0) + 1
    if (readers[round] === tokens.length)
      process.send?.({ round, atMs: nowMs() } satisfies StreamsRead)
  }
  for (const token of tokens) {
    let round = 0
    if (kind === 'sidecar')
      simulateSidecar({ address, trustAnchors, token, onSnapshot: () => read(round++) })
    else openBare(address, trustAnchors, () => read(round++))
  }
})
process.once('disconnect', () => process.exit())

function openBare(address: string, ca: string, onLine: () => void): void {
  const [host = '', port] = address.split(':')
  const lines = createLineReader()
  const socket = connect({ host, port: Number(port), ca, servername: host }, () =>
    socket.write('hello\n'),
  )
  socket.setEncoding('utf8').on('data', (part: string) => {
    for (const _ of lines.push(part) ?? []) {
      onLine()
      socket.write('acknowledged\n')
    }
  })
}
