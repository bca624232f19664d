import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import { pause } from '../../base/pause.ts'
import {
  type Acknowledgement,
  createLineReader,
  type FromSidecar,
  HEARTBEAT_MS,
  MAX_LINE_BYTES,
  type RejectedResource,
  type ResourceSnapshot,
  STREAM_PATH,
} from '../../wire/operator-stream.ts'

/** The stream of resources from the operator. It comes back by itself; meanwhile what was sent last counts. */
export interface OperatorLink extends AsyncDisposable {
  /** Says what became of a snapshot. Said again to each operator that this one turns to. */
  acknowledge(version: string, rejected: readonly RejectedResource[]): void
}

export interface OperatorLinkOptions {
  /** `HOST:PORT`. */
  readonly address: string
  /** PEM. */
  readonly trustAnchors: string
  /** The token of now: it is renewed while the sidecar runs. */
  readonly readToken: () => Promise<string>
  readonly version: string
  /** Of each snapshot that differs from the one before. Called again only when it has settled. */
  readonly onSnapshot: (snapshot: ResourceSnapshot) => Promise<void>
  readonly onState: (isUp: boolean) => void
  readonly clock: Clock
  /** From 0 to 1: so that the sidecars of a cluster do not come back at the same moment. */
  readonly random: () => number
  readonly log: Logger
}

const SILENT_MS = 3 * HEARTBEAT_MS
const CONNECT_TIMEOUT_MS = 10_000
const FIRST_BACKOFF_MS = 1_000
const MAX_BACKOFF_MS = 30_000

export function startOperatorLink(options: OperatorLinkOptions): OperatorLink {
  const { clock, random, log, onSnapshot, onState } = options
  const closing = new AbortController()
  let anchors = options.trustAnchors
  let say: ((line: FromSidecar) => void) | undefined
  let lastSaid: Acknowledgement | undefined
  let lastVersion: string | undefined
  let working: Promise<void> = Promise.resolve()
  let newest: ResourceSnapshot | undefined
  let failures = 0
  function take(line: string): void {
    const said = JSON.parse(line) as ResourceSnapshot
    if (said.type !== 'snapshot') return
    failures = 0
    if (said.trustAnchors !== '') anchors = `${options.trustAnchors}\n${said.trustAnchors}`
    // As after an operator's restart: it is in force, and this operator does not know that yet.
    if (said.version === lastVersion) {
      if (lastSaid?.version === said.version) say?.(lastSaid)
      return
    }
    lastVersion = said.version
    newest = said
    working = working.then(async () => {
      const next = newest
      newest = undefined
      // Of those that came meanwhile, the last one counts.
      if (next !== undefined) await onSnapshot(next)
    })
  }

  async function connect(): Promise<void> {
    const { host, port } = splitAddress(options.address)
    const token = (await options.readToken()).trim()
    await new Promise<void>((resolve, reject) => {
      let watchdog = (): void => undefined
      let beat = (): void => undefined
      const end = (error?: unknown): void => {
        watchdog()
        beat()
        say = undefined
        closing.signal.removeEventListener('abort', stop)
        sent.destroy()
        if (error === undefined) resolve()
        else reject(error)
      }
      const stop = (): void => void sent.destroy()
      const heard = (withinMs: number): void => {
        watchdog()
        watchdog = clock.after(withinMs, () => sent.destroy(new Error('no answer')))
      }
      const sent = request(
        {
          host,
          port,
          method: 'POST',
          path: STREAM_PATH,
          agent: false,
          ca: anchors,
          servername: host,
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/x-ndjson',
            'user-agent': `sidelight/${options.version}`,
          },
        },
        (answer) => {
          if (answer.statusCode !== 200) {
            void refusalOf(answer).then(end)
            return
          }
          onState(true)
          log.info(`connected to the operator ${options.address}`)
          heard(SILENT_MS)
          const lines = createLineReader()
          answer.setEncoding('utf8')
          answer.on('data', (part: string) => {
            heard(SILENT_MS)
            try {
              const whole = lines.push(part)
              if (whole === undefined)
                throw new Error(`a line of more than ${MAX_LINE_BYTES} bytes`)
              for (const line of whole) take(line)
            } catch (error) {
              sent.destroy(
                new Error(`what the operator says is not understood: ${messageOf(error)}`),
              )
            }
          })
          answer.on('error', end)
          answer.on('close', () => end())
        },
      )
      sent.on('error', end)
      closing.signal.addEventListener('abort', stop, { once: true })
      heard(CONNECT_TIMEOUT_MS)
      say = (line) => void sent.write(`${JSON.stringify(line)}\n`)
      // The first byte of the body makes the head leave.
      say({ type: 'hello', version: options.version })
      const beatLater = (): void => {
        beat = clock.after(HEARTBEAT_MS, () => {
          sent.write('\n')
          beatLater()
        })
      }
      beatLater()
    })
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      let why = 'the stream has ended'
      try {
        await connect()
      } catch (error) {
        why = messageOf(error)
      }
      onState(false)
      if (closing.signal.aborted) return
      const most = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures++)
      const waitMs = Math.ceil(most * (0.2 + 0.8 * random()))
      const meanwhile =
        lastVersion === undefined ? 'nothing to start with yet' : 'what it sent stays'
      log.warning(`no operator at ${options.address} (${why}); ${meanwhile}; again in ${waitMs} ms`)
      await pause(clock, waitMs, closing.signal)
    }
  }
  const running = run()

  return {
    acknowledge(version, rejected) {
      lastSaid = { type: 'acknowledgement', version, rejected }
      say?.(lastSaid)
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await running
      await working
    },
  }
}

async function refusalOf(answer: IncomingMessage): Promise<Error> {
  let text = ''
  try {
    answer.setEncoding('utf8')
    for await (const part of answer as AsyncIterable<string>) if (text.length < 1_000) text += part
    text = String(JSON.parse(text).message ?? '')
  } catch {
    // The status says enough.
  }
  return new Error(`${answer.statusCode} ${text}`.trim())
}

function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(`https://${address}`)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) }
}
