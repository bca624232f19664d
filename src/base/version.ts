/** This program's version; a test holds it to package.json. */
export const VERSION = '0.1.0'
/** The Dapr release whose behaviour is spoken. */
export const DAPR_VERSION = '1.18.2'
