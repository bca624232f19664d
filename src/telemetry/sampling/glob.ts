/**
 * Whether `text` matches a glob in which `*` stands for any text, none included. Everything else stands for
 * itself. Never worse than the product of both lengths, so that no pattern can hang.
 *
 * @example matchesGlob('/healthz*', '/healthz/live') // true
 */
export function matchesGlob(glob: string, text: string): boolean {
  let g = 0
  let t = 0
  let star = -1
  let starText = 0
  while (t < text.length) {
    if (glob[g] === '*') {
      star = g++
      starText = t
    } else if (glob[g] === text[t]) {
      g++
      t++
    } else if (star >= 0) {
      g = star + 1
      t = ++starText
    } else return false
  }
  while (glob[g] === '*') g++
  return g === glob.length
}
