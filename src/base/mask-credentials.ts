/**
 * Up to the last `@`: a password may hold one. Behind a colon also over slashes, since people forget to escape them
 * in a password; that costs the host of a URL which has a port and an `@` in its path, and gives no secret away.
 */
const CREDENTIALS = /\/\/(?:[^/\s:@[]*:[^\s"'<>]*|[^/\s]*)@/g

/** Takes user and password out of every URL in a text: `http://user:pw@host` → `http://***@host`. */
export const maskCredentials = (text: string): string => text.replace(CREDENTIALS, '//***@')
