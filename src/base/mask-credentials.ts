/**
 * Up to the last `@`: a password may hold one. Behind a colon also over slashes, since people forget to escape them
 * in a password; that costs the host of a URL which has a port and an `@` in its path, and gives no secret away.
 */
const CREDENTIALS = /\/\/(?:[^/\s:@[]*:[^\s"'<>]*|[^/\s]*)@/g

/** Keys of receivers stand in queries, too. */
const QUERY = /(https?:\/\/[^\s?"'<>]*)\?[^\s"'<>]+/g

/**
 * Takes user, password and query out of every URL in a text: `http://user:pw@host/a?key=x` → `http://***@host/a?***`.
 */
export const maskCredentials = (text: string): string =>
  text.replace(CREDENTIALS, '//***@').replace(QUERY, '$1?***')
