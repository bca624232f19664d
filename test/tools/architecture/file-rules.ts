import { posix } from 'node:path'
import { blankOut } from './blank-out.ts'
import { bannedGlobals, wings } from './floor-plan.ts'
import { folderOf } from './import-rules.ts'
import { lineAt, type SourceFile, type Violation } from './source-file.ts'

const SOURCE_LINES = 400
const TEST_LINES = 600
const README_LINES = 40

const isCode = (path: string): boolean => /\.(ts|tsx|mjs|cjs|js)$/.test(path)
const lineCount = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0)

const KEBAB = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/
const CAPITALS = /^(README|RATIONALE|CONTRIBUTING|CHANGELOG|LICENSE|Dockerfile)(\.md)?$/
const EMPTY_NAMES = /^(utils?|helpers?|common|types?|managers?|misc)$|-(utils?|helpers?|managers?)$/

/** kebab-case, and a name that says what is inside. */
export const names = (files: readonly SourceFile[]): Violation[] =>
  files.flatMap(({ path }) =>
    path.split('/').flatMap((part) => {
      const stem = part.replace(/\..*$/, '')
      if (EMPTY_NAMES.test(stem))
        return [{ path, message: `"${part}" says nothing: name it after what it holds` }]
      if (!KEBAB.test(part) && !CAPITALS.test(part))
        return [{ path, message: `"${part}" is not kebab-case` }]
      return []
    }),
  )

/** Small files; a table or generated one says on line 1 why it is long. */
export const lengths = (files: readonly SourceFile[]): Violation[] =>
  files
    .filter(({ path }) => isCode(path))
    .flatMap(({ path, text }) => {
      const ceiling = path.startsWith('test/') ? TEST_LINES : SOURCE_LINES
      const lines = lineCount(text)
      const [first = ''] = text.split('\n')
      if (lines <= ceiling || /^(\/\/|\/\*).*\b(long|table|generated)\b/i.test(first)) return []
      const message = `has ${lines} lines, more than ${ceiling}: split it; if it is a table or generated, say so on line 1 ("// Long: …")`
      return [{ path, message }]
    })

/** Globals stay in their home files. */
export const globals = (files: readonly SourceFile[]): Violation[] =>
  files
    .filter(({ path }) => path.startsWith('src/') && isCode(path))
    .flatMap(({ path, text }) => {
      const code = blankOut(text)
      return bannedGlobals
        .filter(({ homes }) => !homes.some((home) => path === home || isUnder(path, home)))
        .filter(({ name }) => !declares(code, name))
        .flatMap(({ name, pattern, reason }) =>
          [...code.matchAll(pattern)].map(({ index }) => ({
            path,
            line: lineAt(text, index),
            message: `uses ${name}; ${reason}`,
          })),
        )
    })

/** A file with a variable of that name means its own. The linter, which knows scopes, looks closer. */
const declares = (code: string, name: string): boolean =>
  /^\w+$/.test(name) && new RegExp(`\\b(?:const|let|var|function)\\s+${name}\\b`).test(code)

const isUnder = (path: string, folder: string): boolean =>
  folder.endsWith('/') && path.startsWith(folder)

/** Names are exported by name. A tool that insists on a default export gets one in its own settings file. */
export const defaultExports = (files: readonly SourceFile[]): Violation[] =>
  files
    .filter(({ path }) => path.startsWith('src/') && isCode(path) && !/\.config\.ts$/.test(path))
    .flatMap(({ path, text }) =>
      [...blankOut(text).matchAll(/\bexport\s+default\b|\bexport\s*\{[^}]*\bas\s+default\b/g)].map(
        ({ index }) => ({
          path,
          line: lineAt(text, index),
          message: 'has a default export; export it by name',
        }),
      ),
    )

/** Each wing explains itself, and no README in src is longer than a screen. */
export function readmes(files: readonly SourceFile[]): Violation[] {
  const present = new Set(files.map(({ path }) => folderOf(path)))
  const missing = wings
    .map((wing) => ({ wing, path: `src/${wing}/README.md` }))
    .filter(({ wing, path }) => present.has(wing) && !files.some((file) => file.path === path))
    .map(({ wing, path }) => ({
      path,
      message: `is missing: say what ${wing} is for, not for, its invariants, and draw its flow`,
    }))
  const long = files
    .filter(({ path }) => path.startsWith('src/') && posix.basename(path) === 'README.md')
    .filter(({ text }) => lineCount(text) > README_LINES)
    .map(({ path, text }) => ({
      path,
      message: `has ${lineCount(text)} lines, more than ${README_LINES}: answers to questions go to RATIONALE.md`,
    }))
  return [...missing, ...long]
}

/** Written in pieces, so that this file does not mention what it looks for. */
const joined = (...pieces: string[]): string => pieces.join('')
/** What must not be mentioned, the cure, and the one file that may. */
const MACHINE: readonly (readonly [RegExp, string, string?])[] = [
  [
    new RegExp(joined('(?<![\\w.])/(wo', 'rk|fa', 'rm|ro', 'ot|tmp/', 'w)/')),
    'a path of one machine; write it relative to the project',
  ],
  [
    new RegExp(joined('\\.\\./sha', 'red/(?!kube/)')),
    'a folder outside the project; say it in place',
  ],
  [
    new RegExp(joined('\\.\\./sha', 'red/kube/')),
    'the test API server’s folder; tests are told it by SIDELIGHT_KUBE',
    '.ci/run',
  ],
  [
    new RegExp(
      joined('(registry\\.npm', 'js|proxy\\.gol', 'ang|repo1?\\.ma', 'ven|_auth', 'Token)'),
    ),
    'a registry host; the user’s own settings name it',
  ],
  [
    new RegExp(joined('"resol', 'ved": ?"')),
    'a registry host in the lockfile; install with omit-lockfile-registry-resolved',
  ],
  [new RegExp(joined('\\bissue', ' #?\\d+\\b'), 'i'), 'an issue number; say the behaviour'],
]

/** Nothing in the project knows the machine it was written on. */
export const machineTraces = (files: readonly SourceFile[]): Violation[] =>
  files.flatMap(({ path, text }) =>
    MACHINE.flatMap(([pattern, cure, home]) => {
      const at = path === home ? -1 : text.search(pattern)
      return at === -1 ? [] : [{ path, line: lineAt(text, at), message: `mentions ${cure}` }]
    }),
  )
