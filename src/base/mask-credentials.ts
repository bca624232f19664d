// Up to the last `@`: a password may hold one.
const CREDENTIALS = /\/\/[^/\s]*@/g

/** Takes user and password out of every URL in a text: `http://user:pw@host` → `http://***@host`. */
export const maskCredentials = (text: string): string => text.replace(CREDENTIALS, '//***@')
