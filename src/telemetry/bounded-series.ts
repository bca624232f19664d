/** More series than this a family are recorded under {@link OVERFLOW}: memory stays bounded. */
const MAX_SERIES = 1_000
const OVERFLOW = '{overflow}'

/**
 * Holds series by their label values, so that a request looks one key up instead of building labels.
 *
 * @param make makes the series of one set of label values
 * @param onOverflow is told of every sample that found no room
 * @returns gives the series of an unbounded value (a path, an app id) and bounded ones (method, status)
 */
export function holdSeries<S>(
  make: (unbounded: string, ...bounded: string[]) => S,
  onOverflow: () => void,
): (unbounded: string, ...bounded: string[]) => S {
  const held = new Map<string, S>()
  return (unbounded, ...bounded) => {
    const rest = bounded.join(' ')
    const key = `${rest} ${unbounded}`
    const known = held.get(key)
    if (known !== undefined) return known
    const full = held.size >= MAX_SERIES && unbounded !== OVERFLOW
    if (full) onOverflow()
    const value = full ? OVERFLOW : unbounded
    const heldKey = `${rest} ${value}`
    const series = held.get(heldKey) ?? make(value, ...bounded)
    held.set(heldKey, series)
    return series
  }
}
