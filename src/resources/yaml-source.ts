import { type Document, isMap, isScalar, LineCounter, parseAllDocuments, visit } from 'yaml'
import type { Problem } from '../base/problem.ts'
import { excessOf, isTooDeep, MAX_DEPTH } from './yaml-bounds.ts'

/** One YAML document of a resource file, with the way back from a path to its line. */
export interface ResourceDocument {
  readonly kind: string | undefined
  readonly value: unknown
  /** 1-based line of the value at a path, or of its nearest ancestor that stands in the text. */
  lineOf(path: readonly PropertyKey[]): number
}

export interface ResourceDocuments {
  readonly documents: readonly ResourceDocument[]
  /** What is not YAML. */
  readonly problems: readonly Problem[]
}

/** Aliases are expanded at most this often, so that a small file cannot become a huge tree. */
const MAX_ALIASES = 100
/** Of a document; one slip of the pen can make thousands. */
const MAX_MISTAKES = 20

/**
 * Reads a file of one or several resources. Never throws: what is not YAML is a problem with its line.
 *
 * @param firstLine line of the file in which the text begins
 */
export function parseResourceDocuments(
  text: string,
  file: string,
  firstLine = 1,
): ResourceDocuments {
  const lines = new LineCounter()
  const lineAt = (offset: number): number => lines.linePos(offset).line + firstLine - 1
  const problems: Problem[] = []
  const documents: ResourceDocument[] = []
  const excess = excessOf(text)
  if (excess !== undefined)
    return {
      documents,
      problems: [
        { path: '(document)', file, line: firstLine, code: 'FILE_TOO_COMPLEX', message: excess },
      ],
    }
  // Without `logLevel` the library prints pieces of the file, which may be secret, to stderr.
  for (const document of parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    // Compares each key with each other one; `findDuplicateKeys` looks at each once.
    uniqueKeys: false,
    // `<<: *anchor`, which Go's library knows, too.
    merge: true,
  })) {
    if ('empty' in document && document.empty === true) continue
    const mistakes = [
      ...document.errors.map(({ message, pos }) => ({ message, at: pos[0] })),
      ...(document.errors.length === 0 ? findDuplicateKeys(document) : []),
    ]
    for (const { message, at } of mistakes.slice(0, MAX_MISTAKES))
      problems.push({
        path: '(document)',
        file,
        line: lineAt(at),
        code: 'YAML_INVALID',
        message: `not valid YAML: ${withoutContent(message)}${hintAt(text, at)}`,
      })
    if (mistakes.length > 0 || document.contents === null) continue
    let value: unknown
    try {
      value = document.toJS({ maxAliasCount: MAX_ALIASES })
    } catch (error) {
      problems.push({
        path: '(document)',
        file,
        code: 'YAML_INVALID',
        message: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      })
      continue
    }
    // `---` and nothing: no resource.
    if (value === null) continue
    if (isTooDeep(value)) {
      problems.push({
        path: '(document)',
        file,
        line: lineAt(document.contents.range?.[0] ?? 0),
        code: 'FILE_TOO_COMPLEX',
        message: `it nests deeper than ${MAX_DEPTH} levels, or holds itself`,
      })
      continue
    }
    const kind = isMap(document.contents) ? document.contents.get('kind') : undefined
    documents.push({
      kind: typeof kind === 'string' ? kind : undefined,
      value,
      lineOf(path) {
        for (let depth = path.length; depth >= 0; depth--) {
          const node = document.getIn(path.slice(0, depth), true)
          const range =
            typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
          if (Array.isArray(range)) return lineAt(Number(range[0]))
        }
        return firstLine
      },
    })
  }
  return { documents, problems }
}

/** The library quotes what it stumbled over, which may be secret. */
const withoutContent = (message: string): string => message.replace(/: ["'][\s\S]*$/, '')

/** daprd puts the environment in before it reads YAML, so that braces of `${NAME}` never meet the parser. */
function hintAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1).split('\n', 1)[0] ?? ''
  const isInside = /[{[,]/.test(line.slice(0, Math.max(0, line.indexOf('$' + '{'))))
  return isInside ? '; put references to variables in quotes here' : ''
}

function findDuplicateKeys(document: Document): { message: string; at: number }[] {
  const found: { message: string; at: number }[] = []
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>()
      for (const { key } of map.items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value))
          found.push({
            message: `the key ${String(key.value)} stands here twice`,
            at: key.range?.[0] ?? 0,
          })
        seen.add(key.value)
      }
    },
  })
  return found
}
