const LEVELS = 20_000

/** JSON that can be read and not be written again. */
export const DEEP_JSON = `${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`
