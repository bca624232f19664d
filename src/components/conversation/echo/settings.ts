/** None: what is said comes back. */
export const echoSettings = {} as const
