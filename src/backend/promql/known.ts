/** An entry that is there, since names were checked when the query was read: a missing one is a bug. */
export function known<T>(table: Readonly<Record<string, T>>, name: string): T {
  const entry = table[name]
  if (entry === undefined) throw new Error(`nothing is called ${name}`)
  return entry
}
