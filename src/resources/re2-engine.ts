import { RE2JS } from 're2js'

/** A file of its own, so that the library is loaded with the first expression only. */
export const compileRe2 = (source: string) => RE2JS.compile(source)
