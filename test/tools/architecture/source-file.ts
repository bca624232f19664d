import { blankOut } from './blank-out.ts'

/** One file of the project as the rules see it. */
export interface SourceFile {
  /** From the project's root, with `/`: `src/net/router.ts`. */
  readonly path: string
  readonly text: string
}

export interface Import {
  readonly specifier: string
  readonly line: number
  /** `import('…')`. */
  readonly lazy: boolean
}

export interface Violation {
  readonly path: string
  readonly line?: number
  /** What is wrong and what to do about it. */
  readonly message: string
}

const STATEMENT = /(?<![\w$.])(?:import|export)\b(?:[^'"`;()=]*?\bfrom\s*)?\s*(['"])/g
const LAZY = /(?<![\w$.])import\s*\(\s*(['"])/g

/** Static, type, re-export and lazy imports, in order. Without a parser: strings are read off after their frame is found. */
export function scanImports(text: string): Import[] {
  const code = blankOut(text)
  const found = [
    ...scan(text, code, STATEMENT, false),
    ...scan(text, code, LAZY, true),
    ...scan(text, code, /(?<![\w$.])typeof\s+import\s*\(\s*(['"])/g, false),
  ]
  const unique = new Map(found.map((one) => [`${one.line} ${one.specifier}`, one]))
  return [...unique.values()].sort((a, b) => a.line - b.line)
}

function scan(text: string, code: string, pattern: RegExp, lazy: boolean): Import[] {
  return [...code.matchAll(pattern)].map((match) => {
    const start = match.index + match[0].length
    const end = text.indexOf(match[1] ?? '', start)
    return { specifier: text.slice(start, end), line: lineAt(text, match.index), lazy }
  })
}

/** 1 is the first. */
export function lineAt(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line++
  return line
}
