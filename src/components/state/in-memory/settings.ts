/** None: what it keeps, it keeps until the sidecar ends. */
export const inMemorySettings = {} as const
