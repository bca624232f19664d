/** None: it does one thing. */
export const uppercaseSettings = {} as const
