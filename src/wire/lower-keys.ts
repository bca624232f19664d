/** Fields of a JSON object by lower case names, since Go matches names in any case and SDKs differ. None for what is no object. */
export const lowerKeys = (value: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(asRecord(value)).map(([name, item]) => [name.toLowerCase(), item]),
  )

/** Its own fields; none for what is no object. */
export const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  isRecord(value) ? value : {}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
