import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import { request as requestTls } from 'node:https'
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { Fault, messageOf } from '../base/fault.ts'
import { pause } from '../base/pause.ts'
import { VERSION } from '../base/version.ts'
import { readTapLine, TAP_PATH, type TapEvent } from '../wire/tap-event.ts'

/** A sidecar that may be watched. */
export interface TapTarget {
  /** For people. */
  readonly name: string
  /** Of its API; one sidecar, one URL. */
  readonly url: string
  /** A way to it that is no network of ours. */
  connect?(): Promise<Duplex>
}

export interface TapReader {
  event(event: TapEvent): void
  /** That many were left out, of one sidecar. */
  skipped(count: number): void
  /** A sidecar cannot be watched, or no longer: said once, until it can. */
  trouble(message: string): void
}

export interface Taps {
  /** What keeps sidecars from being watched now. */
  troubles(): readonly string[]
  stop(): Promise<void>
}

/** Those that begin or come back are found within this. */
const LOOK_AGAIN_MS = 2_000
const ANSWER_TIMEOUT_MS = 5_000
const MAX_ERROR_CHARS = 4_096

/**
 * Watches until it is stopped.
 *
 * @param list who there is now
 * @param query selectors; without `?`
 */
export function openTaps(
  list: () => Promise<readonly TapTarget[]>,
  { query, token }: { readonly query: string; readonly token: string | undefined },
  reader: TapReader,
  clock: Clock,
): Taps {
  const stopping = new AbortController()
  const { signal } = stopping
  const open = new Set<string>()
  /** What was said last of each, and of all of them under the empty name. */
  const said = new Map<string, string>()
  const say = (url: string, message: string): void => {
    if (signal.aborted || said.get(url) === message) return
    said.set(url, message)
    reader.trouble(message)
  }
  const headers = {
    'User-Agent': `sidelight/${VERSION}`,
    ...(token === undefined ? {} : { 'dapr-api-token': token }),
  }

  const watch = async (target: TapTarget): Promise<void> => {
    open.add(target.url)
    try {
      const answer = await ask(target, query, { headers, signal }, clock)
      said.delete(target.url)
      const lines = createInterface({ input: answer, crlfDelay: Number.POSITIVE_INFINITY })
      // One that breaks off has no end.
      answer.once('close', () => lines.close())
      for await (const text of lines) {
        const line = readTapLine(text)
        if (line === undefined) continue
        if ('skipped' in line) reader.skipped(line.skipped)
        else reader.event(line)
      }
      say(target.url, `${target.name}: it has ended the tap`)
    } catch (error) {
      say(target.url, `${target.name}: ${messageOf(error)}`)
    } finally {
      open.delete(target.url)
    }
  }
  const look = async (): Promise<void> => {
    const found = await list()
    if (found.length === 0) say('', 'no sidecar to watch; waiting for one')
    else said.delete('')
    // Who is gone is no trouble any more.
    for (const url of said.keys())
      if (url !== '' && found.every((target) => target.url !== url)) said.delete(url)
    for (const target of found) if (!open.has(target.url)) void watch(target)
  }
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await look().catch((error) => say('', messageOf(error)))
      await pause(clock, LOOK_AGAIN_MS, signal)
    }
  }
  const running = run()
  return {
    troubles: () => [...said.values()],
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** @throws Fault `TAP_REFUSED` in the words of the sidecar, which name the cure */
async function ask(
  { url, connect }: TapTarget,
  query: string,
  options: Pick<RequestOptions, 'headers' | 'signal'>,
  clock: Clock,
): Promise<IncomingMessage> {
  const { href, protocol } = new URL(url)
  const connection = await connect?.()
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const send = protocol === 'https:' ? requestTls : request
    const call = send(
      `${href.replace(/\/$/, '')}${TAP_PATH}${query === '' ? '' : `?${query}`}`,
      {
        ...options,
        ...(connection === undefined
          ? { agent: false }
          : { createConnection: () => connection as never }),
      },
      (answer) => {
        cancel()
        resolve(answer)
      },
    )
    // Not the request's own: a connection by way of the API server has no timer.
    const cancel = clock.after(ANSWER_TIMEOUT_MS, () =>
      call.destroy(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1_000} s`)),
    )
    call.once('error', reject)
    call.end()
  })
  // Whoever reads sees it close.
  answer.on('error', () => undefined)
  if (answer.statusCode === 200) return answer
  let body = ''
  for await (const part of answer.setEncoding('utf8')) {
    body += part
    if (body.length > MAX_ERROR_CHARS) break
  }
  throw new Fault('TAP_REFUSED', refusalOf(answer.statusCode, body))
}

function refusalOf(status: number | undefined, body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown }
    if (typeof message === 'string') return message
  } catch {
    // Not ours: its status says more.
  }
  return `it answers with status ${status}: it is no sidecar that can be tapped`
}
