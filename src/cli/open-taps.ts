import type { Clock } from '../base/clock.ts'
import { Fault, messageOf } from '../base/fault.ts'
import { pause } from '../base/pause.ts'
import { VERSION } from '../base/version.ts'
import { createUpstream, type RegistrationDirectory, readWhole } from '../net/index.ts'
import { readTapLine, TAP_PATH, type TapEvent } from '../wire/tap-event.ts'

/** Whose requests are watched: of one sidecar by its URL, or of those of this machine. */
export interface TapSource {
  readonly url: string | undefined
  readonly registrations: Pick<RegistrationDirectory, 'list'>
  readonly appId: string | undefined
  readonly token: string | undefined
}

export interface TapReader {
  event(event: TapEvent): void
  /** That many were left out, of this sidecar. */
  skipped(count: number): void
  /** A sidecar cannot be watched, or no longer: said once, until it can. */
  trouble(message: string): void
}

/** Those that begin or come back are found within this. */
const LOOK_AGAIN_MS = 2_000
const CONNECT_TIMEOUT_MS = 2_000
/** Of a line; paths are the longest part. */
const MAX_LINE_BYTES = 65_536
const MAX_ERROR_BYTES = 4_096

/** Watches until it is stopped. @param query selectors; without `?` */
export function openTaps(
  source: TapSource,
  query: string,
  reader: TapReader,
  clock: Clock,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const upstream = createUpstream({
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    keepAliveMs: 1,
    maxHeaderBytes: 65_536,
    verifyTls: true,
  })
  /** By origin, each until it ends. */
  const open = new Map<string, () => void>()
  const troubled = new Map<string, string>()

  const watch = async (name: string, url: string): Promise<void> => {
    const { origin, pathname } = new URL(url)
    let abort: () => void = () => undefined
    open.set(url, () => abort())
    try {
      const reply = await upstream.send(
        origin,
        {
          method: 'GET',
          target: `${pathname.replace(/\/$/, '')}${TAP_PATH}${query === '' ? '' : `?${query}`}`,
          headers: [
            ...['User-Agent', `sidelight/${VERSION}`],
            ...(source.token === undefined ? [] : ['dapr-api-token', source.token]),
          ],
          body: undefined,
        },
        (cancel) => {
          abort = cancel
        },
      )
      if (reply.status !== 200) {
        const body = await readWhole(reply.body, MAX_ERROR_BYTES)
        throw new Fault('TAP_REFUSED', refusalOf(reply.status, body))
      }
      troubled.delete(url)
      await new Promise<void>((resolve, reject) => {
        let rest = ''
        const decoder = new TextDecoder()
        reply.body.pipe({
          write(chunk) {
            rest += decoder.decode(chunk, { stream: true })
            const lines = rest.split('\n')
            rest = lines.pop() ?? ''
            for (const text of lines) {
              const line = readTapLine(text)
              if (line === undefined) continue
              if ('skipped' in line) reader.skipped(line.skipped)
              else reader.event(line)
            }
            if (rest.length > MAX_LINE_BYTES) reader.trouble(`${name}: what answers is no tap`)
            return true
          },
          end: resolve,
          fail: reject,
        })
      })
      throw new Fault('TAP_ENDED', 'it has ended the tap')
    } catch (error) {
      const message = `${name}: ${messageOf(error)}`
      if (!stopping.signal.aborted && troubled.get(url) !== message) {
        troubled.set(url, message)
        reader.trouble(message)
      }
    } finally {
      open.delete(url)
    }
  }
  const look = async (): Promise<void> => {
    const found =
      source.url === undefined
        ? (await source.registrations.list())
            .filter(({ appId }) => source.appId === undefined || appId === source.appId)
            .map(({ appId, host, httpPort }) => ({
              name: appId,
              url: `http://${host}:${httpPort}`,
            }))
        : [{ name: source.url, url: source.url }]
    if (found.length === 0) sayOnce('no sidecar to watch; waiting for one')
    else troubled.delete('')
    for (const { name, url } of found) if (!open.has(url)) void watch(name, url)
  }
  const sayOnce = (message: string): void => {
    if (troubled.has('')) return
    troubled.set('', message)
    reader.trouble(message)
  }
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await look()
      } catch (error) {
        sayOnce(messageOf(error))
      }
      await pause(clock, LOOK_AGAIN_MS, stopping.signal)
    }
  }
  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
      for (const abort of open.values()) abort()
      await upstream.close()
    },
  }
}

/** The words of the sidecar, which name the cure. */
function refusalOf(status: number, body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown }
    if (typeof message === 'string') return message
  } catch {
    // Not ours: its status says more.
  }
  return status === 404 ? 'it answers 404: it is no sidecar that can be tapped' : `status ${status}`
}
