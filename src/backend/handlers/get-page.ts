import { headerValue } from '../../net/index.ts'
import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { plainText, redirect } from '../replies.ts'

/** The console's page: one index for each of its addresses, so that a deep link works. */
export const getIndex =
  (parts: BackendParts): Handler =>
  (x) =>
    servePage(parts, 'index.html', x.request.headers) ?? plainText(404, 'no such page')

/** A file of the console. For a page that does not exist the console says what is there instead. */
export const getFile =
  (parts: BackendParts): Handler =>
  (x) => {
    const name = x.parameters.file ?? ''
    const file = servePage(parts, name, x.request.headers)
    if (file !== undefined) return file
    const index = PAGE.test(name) ? servePage(parts, 'index.html', []) : undefined
    return index === undefined
      ? plainText(404, `the console has no file ${name}`)
      : { ...index, status: 404 }
  }

/** A path without a file's ending, and none of the folders that the build makes. */
const PAGE = /^(?!api\/|assets\/|static\/)(?:[^/]*\/)*[^/.]*$/

/** The location is a path, so that a proxy keeps its own host. */
export const redirectTo =
  (location: string): Handler =>
  () =>
    redirect(location)

function servePage({ pages }: BackendParts, name: string, headers: readonly string[]) {
  if (pages === undefined)
    return plainText(
      404,
      'this backend was started without the console; use the API or stock Zipkin',
    )
  return pages.serve(name, headerValue(headers, 'if-none-match'))
}
