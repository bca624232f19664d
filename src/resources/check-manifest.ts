import type { Problem } from '../base/problem.ts'
import { combineParts, type ParseOptions } from './configuration/parse.ts'
import { readConfigurationDocument } from './configuration/read-document.ts'
import { isOfOthers, isRead, meantKind, remarkOn } from './dapr-kind.ts'
import type { FoundDocument } from './directory/parse.ts'
import { itemsOf } from './list-items.ts'
import { parseResourceDocuments } from './yaml-source.ts'

export interface ManifestReport {
  /** Errors and warnings of all Configurations in the text, and what else was meant for a sidecar. */
  readonly problems: readonly Problem[]
  readonly configurations: number
  /** What a sidecar reads from its directories: to be checked with the other files of theirs. */
  readonly resources: readonly FoundDocument[]
  /** Documents that nobody reads, by kind. */
  readonly skipped: ReadonlyMap<string, number>
  /**
   * What is no YAML in documents without a kind, or that there is nothing at all. Looked for only when asked:
   * it is worth a word where nothing else was found.
   */
  findBroken(): readonly Problem[]
}

/** At column 0 this ends a document, wherever it stands. */
const SEPARATOR = /^---(?=[ \t\r\n]|$)/gm
const NO_KIND = 'without kind'
const DAPR_VERSION = /^apiVersion:[ \t]*["']?dapr\.io\//m
const KIND_WORD = /Configuration|Component|Subscription|Resiliency|HTTPEndpoint/

/**
 * Checks each Configuration of a manifest by itself, unlike a sidecar, which puts those of its files together.
 * Documents of other kinds are not even parsed: there are large ones, and templates that are no YAML.
 */
export async function checkManifest(
  text: string,
  file: string,
  options: ParseOptions,
): Promise<ManifestReport> {
  const problems: Problem[] = []
  const resources: FoundDocument[] = []
  const skipped = new Map<string, number>()
  const untold: Piece[] = []
  let configurations = 0
  const skip = (kind: string) => skipped.set(kind, (skipped.get(kind) ?? 0) + 1)

  for (const { piece, firstLine } of splitDocuments(text)) {
    if (isBlank(piece)) continue
    const told = kindOf(piece)
    if (!isWorthParsing(piece, told)) {
      if (told === undefined) untold.push({ piece, firstLine })
      skip(told ?? NO_KIND)
      continue
    }
    const { documents, problems: syntax } = parseResourceDocuments(piece, file, firstLine)
    problems.push(...syntax)
    for (const document of documents.flatMap(itemsOf)) {
      if (isOfOthers(document) || !isRead(document)) {
        skip(document.kind ?? NO_KIND)
        const remark = remarkOn(document, file)
        if (remark !== undefined) problems.push(remark)
        continue
      }
      if (document.kind !== 'Configuration') {
        resources.push({ file, document })
        continue
      }
      configurations++
      const part = { file, document: await readConfigurationDocument(document, file, options) }
      const combined = await combineParts([part], options)
      problems.push(...(combined.ok ? combined.value.warnings : combined.error))
    }
  }
  const findBroken = (): readonly Problem[] =>
    isEmpty(text)
      ? [{ path: '(file)', file, code: 'NO_RESOURCE', message: EMPTY }]
      : untold.flatMap(
          ({ piece, firstLine }) => parseResourceDocuments(piece, file, firstLine).problems,
        )
  return { problems, configurations, resources, skipped, findBroken }
}

const isWorthParsing = (piece: string, told: string | undefined): boolean =>
  DAPR_VERSION.test(piece) ||
  (told === undefined
    ? KIND_WORD.test(piece)
    : told.endsWith('List') || meantKind(told) !== undefined)

/** What the text says at first sight; `undefined` when only a parser can tell. */
function kindOf(piece: string): string | undefined {
  const plain = /^kind:[ \t]*["']?([\w.-]+)/m.exec(piece)?.[1]
  if (plain !== undefined || !piece.trimStart().startsWith('{')) return plain
  try {
    const { kind } = JSON.parse(piece)
    return typeof kind === 'string' ? kind : undefined
  } catch {
    return undefined
  }
}

interface Piece {
  readonly piece: string
  readonly firstLine: number
}

function splitDocuments(text: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  let firstLine = 1
  const take = (to: number): void => {
    const piece = text.slice(from, to)
    pieces.push({ piece, firstLine })
    firstLine += piece.split('\n').length - 1
    from = to
  }
  for (const { index } of text.matchAll(SEPARATOR)) if (index > from) take(index)
  take(text.length)
  return pieces
}

const isBlank = (piece: string): boolean => !/^[ \t]*[^\s#-]/m.test(piece.replace(/^---.*$/m, ''))

const EMPTY = 'it is empty, or holds comments only: a resource is needed'
const isEmpty = (text: string): boolean =>
  !/[^\s\ufeff]/.test(text.replace(/^---(?=\s|$)|^\s*#.*$/gm, ''))
