import { openRaw } from '../../support/raw-http.ts'
import { send } from '../../support/test-sidecars.ts'
import type { Demo } from './demo.ts'

const JSON_BODY = ['Content-Type: application/json']
const EVENT_BODY = ['Content-Type: application/cloudevents+json']
/** An event that is over before anyone can take it. */
const EXPIRED = {
  specversion: '1.0',
  id: '1',
  source: 'x',
  type: 'x',
  expiration: '2020-01-01T00:00:00Z',
}

/** A round of what the demo's own traffic does not do. @param round from 0 */
export async function exercise(demo: Demo, round: number): Promise<void> {
  const [trouble, storefront] = await Promise.all(['trouble', 'storefront'].map(demo.apiPort))
  const get = (port: number, target: string) => send(port, 'GET', `/v1.0/invoke/${target}`)
  const post = (path: string, body: unknown, headers = JSON_BODY) =>
    send(trouble ?? 0, 'POST', `/v1.0/${path}`, headers, JSON.stringify(body))
  await Promise.all([
    ...['fine', 'broken', 'slow'].map((path) => get(trouble ?? 0, `trouble/method/${path}`)),
    get(trouble ?? 0, 'nobody/method/x'),
    get(trouble ?? 0, 'inventory/method/stock'),
    get(storefront ?? 0, 'trouble/method/fine'),
    ...['retried', 'dropped'].map((topic) => post(`publish/events/${topic}`, {})),
    post('publish/events/dropped', EXPIRED, EVENT_BODY),
    post('state/statestore', [{ key: 'a', value: 1, etag: 'stale' }]),
    malformed(trouble ?? 0),
    demo.configure(edited(demo.configuration, round)),
  ])
}

/** Each stays for one round: another rate, the same said otherwise, and what is none. */
const EDITS: readonly ((text: string, rate: string) => string)[] = [
  withRate,
  (text, rate) => `${withRate(text, rate)}# The same.\n`,
  (text) => withRate(text, 'all'),
]

function withRate(text: string, rate: string): string {
  return text.replace('samplingRate: "1"', `samplingRate: "${rate}"`)
}

/** Of the Configuration, another one every three rounds. */
function edited(text: string, round: number): string {
  const rate = `0.${99 - (Math.floor(round / EDITS.length) % 9)}`
  return EDITS[round % EDITS.length]?.(text, rate) ?? text
}

async function malformed(port: number): Promise<void> {
  await using connection = await openRaw(port)
  await connection.send('no request at all\r\n\r\n')
  await connection.readToEnd()
}
