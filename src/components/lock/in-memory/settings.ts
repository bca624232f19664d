/** None: what is held, is held until it is given back or its time is over. */
export const inMemoryLockSettings = {} as const
