import type { RawHeaders, Reply } from '../net/index.ts'

const JSON_TYPE = 'application/json'
const TEXT_TYPE = 'text/plain; charset=utf-8'

/** `text` is JSON already. */
export const jsonText = (text: string, headers: RawHeaders = []): Reply => ({
  status: 200,
  headers: ['Content-Type', JSON_TYPE, ...headers],
  body: text,
})

export const json = (value: unknown, headers: RawHeaders = []): Reply =>
  jsonText(JSON.stringify(value), headers)

/** Errors are plain text: the message and nothing else, as Zipkin's are. */
export const plainText = (status: number, message: string, headers: RawHeaders = []): Reply => ({
  status,
  headers: ['Content-Type', TEXT_TYPE, ...headers],
  body: message,
})

export const redirect = (location: string): Reply => ({
  status: 302,
  headers: ['Location', location],
})
