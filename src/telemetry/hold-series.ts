/** More than a page of series can use; beyond it all are looked up anew. */
const MAX_HELD = 1_000

/**
 * Holds series by their label values, so that a request looks one key up instead of building labels. Only a memory
 * of what the registry gave: how many series there are is the registry's to bound.
 *
 * @param make asks the registry for the series of one set of label values
 */
export function holdSeries<V extends readonly string[], S>(
  make: (...values: V) => S,
): (...values: V) => S {
  const held = new Map<string, S>()
  return (...values) => {
    const key = values.join('\0')
    const known = held.get(key)
    if (known !== undefined) return known
    if (held.size >= MAX_HELD) held.clear()
    const series = make(...values)
    held.set(key, series)
    return series
  }
}
