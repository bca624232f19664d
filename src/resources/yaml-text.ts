import { type Document, parseAllDocuments } from 'yaml'

/** Documents that can be changed and printed; the text must be known to be YAML. */
export const parseDocuments = (text: string): Document[] =>
  // `logLevel`: the library prints pieces of the file, which may be secret, to stderr.
  [...parseAllDocuments(text, { uniqueKeys: false, merge: true, logLevel: 'error' })] as Document[]

/** @param text gives the indentation */
export function printDocuments(documents: readonly Document[], text: string): string {
  const indent = /^( {2,8})[\w"']/m.exec(text)?.[1]?.length ?? 2
  const indentSeq = !/^( *)[\w"'-]+:[ \t]*(?:#.*)?\r?\n\1- /m.test(text)
  let printed = ''
  for (const document of documents) {
    const own = document.toString({ lineWidth: 0, indent, indentSeq })
    const needsMark = printed !== '' && !/(^|\n)\.\.\.\n$/.test(printed) && !own.startsWith('---')
    printed += needsMark ? `---\n${own}` : own
  }
  return printed
}

/**
 * What an edit has changed, put into the text as it was: printing also sets white space right, and nobody has
 * asked for that.
 *
 * @param before the text, printed without the edit
 * @param after the text, printed with it
 */
export function keepLines(text: string, before: string, after: string): string {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  const old = before.split('\n')
  const young = after.split('\n')
  let edited = after
  if (lines.length === old.length) {
    const shorter = Math.min(old.length, young.length)
    let head = 0
    while (head < shorter && old[head] === young[head]) head++
    let tail = 0
    while (tail < shorter - head && old[old.length - 1 - tail] === young[young.length - 1 - tail])
      tail++
    const merged = [
      ...lines.slice(0, head),
      ...young.slice(head, young.length - tail),
      ...lines.slice(lines.length - tail),
    ].join('\n')
    if (isSameYaml(merged, after)) edited = merged
  }
  const ends = text.includes('\r\n') ? edited.replaceAll('\n', '\r\n') : edited
  return text.startsWith('\ufeff') ? `\ufeff${ends}` : ends
}

const isSameYaml = (a: string, b: string): boolean => valuesOf(a) === valuesOf(b)

const valuesOf = (text: string): string =>
  JSON.stringify(
    parseDocuments(text).map((document) =>
      document.errors.length > 0 ? document.errors.map(({ code }) => code) : document.toJS(),
    ),
  )
