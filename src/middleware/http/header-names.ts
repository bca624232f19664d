import type { RequestOptions } from 'node:http'

/**
 * @param headers as undici has them: names and values in turn; one text in undici 5
 * @param name in lower case
 */
export const hasHeader = (headers: readonly unknown[] | string, name: string): boolean =>
  typeof headers === 'string'
    ? `\r\n${headers.toLowerCase()}`.includes(`\r\n${name}:`)
    : headers.some((each, i) => i % 2 === 0 && String(each).toLowerCase() === name)

/** In lower case, among them values where `http.request` got a list: names and values in turn, or in pairs. */
export const namesOf = (headers: RequestOptions['headers']): readonly string[] =>
  (Array.isArray(headers) ? headers.flat() : Object.keys(headers ?? {})).map((name) =>
    String(name).toLowerCase(),
  )
