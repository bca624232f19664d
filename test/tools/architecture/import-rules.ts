import { posix } from 'node:path'
import { floorPlan, openFolders, terraces, withoutPackages } from './floor-plan.ts'
import { type Import, type SourceFile, scanImports, type Violation } from './source-file.ts'

const isRelative = ({ specifier }: Import): boolean => /^\.{1,2}\//.test(specifier)

/** The path that a relative import names. Query suffixes (`?inline`) are the bundler's. */
const targetOf = (file: SourceFile, { specifier }: Import): string =>
  posix.join(posix.dirname(file.path), specifier.replace(/\?.*$/, ''))

/** `src/net/steps/trace.ts` → `net`; `src/control/sentry/x.ts` → `control/sentry`; else undefined. */
export function folderOf(path: string): string | undefined {
  const [top, first, second, third] = path.split('/')
  if (top === 'dashboards') return 'dashboards'
  if (top !== 'src' || first === undefined || second === undefined) return undefined
  return PARTED.has(first) && third !== undefined ? `${first}/${second}` : first
}

/** Each folder of these has a row of its own in the floor plan. */
const PARTED: ReadonlySet<string> = new Set(['control', 'middleware'])

/** `src/adapters/otlp/x.ts` → `src/adapters/otlp`: the unit that has a door. */
function houseOf(path: string): string {
  const [top = '', first = '', second = '', third] = path.split('/')
  return terraces.includes(first) && third !== undefined
    ? `${top}/${first}/${second}`
    : `${top}/${first}`
}

const eachImport = (
  files: readonly SourceFile[],
  judge: (file: SourceFile, one: Import) => string | undefined,
): Violation[] =>
  files.flatMap((file) =>
    scanImports(file.text).flatMap((one) => {
      const message = judge(file, one)
      return message === undefined ? [] : [{ path: file.path, line: one.line, message }]
    }),
  )

/** A folder imports only what its row of the floor plan allows. */
export const floors = (files: readonly SourceFile[]): Violation[] => [
  ...files
    .filter(({ path }) => path.startsWith('src/') && floorPlan[folderOf(path) ?? ''] === undefined)
    .map(({ path }) => ({
      path,
      message: `is in no folder of the floor plan; move it, or add a row to test/tools/architecture/floor-plan.ts and house rules`,
    })),
  ...eachImport(files, (file, one) => {
    const from = folderOf(file.path)
    if (from === undefined || !isRelative(one)) return undefined
    const target = targetOf(file, one)
    const to = folderOf(target)
    if (to === from) return undefined
    const row = floorPlan[from] ?? []
    if (to !== undefined && row.includes(to)) return undefined
    const allowed = row.length === 0 ? 'nothing' : row.join(', ')
    return `${from} may import ${allowed}, not ${to ?? target}; have it handed in by the caller, or move it to a lower floor`
  }),
]

/** From outside, a folder is entered by its index.ts. */
export const doors = (files: readonly SourceFile[]): Violation[] =>
  eachImport(files, (file, one) => {
    if (!file.path.startsWith('src/') || !isRelative(one)) return undefined
    const target = targetOf(file, one)
    const to = folderOf(target)
    if (to === undefined || openFolders.includes(to)) return undefined
    const house = houseOf(target)
    if (house === houseOf(file.path) || target === `${house}/index.ts`) return undefined
    // A component's driver has a door of its own: components/state/redis/index.ts.
    if (to === 'components' && target.endsWith('/index.ts')) return undefined
    return `enters ${house} by ${target.slice(house.length + 1)}; export what you need from ${house}/index.ts and import that`
  })

/** base and wire run anywhere; the lowest floors bring no package along. */
export const purity = (files: readonly SourceFile[]): Violation[] =>
  eachImport(files, (file, one) => {
    const folder = folderOf(file.path)
    if (folder === undefined || isRelative(one)) return undefined
    const { specifier } = one
    if (specifier.startsWith('node:'))
      return openFolders.includes(folder)
        ? `${folder} does no I/O and runs in the browser too: no ${specifier}; take what it gives as a parameter`
        : undefined
    if (withoutPackages.includes(folder))
      return `${folder} has no runtime dependency: put what needs ${specifier} behind a port, into src/adapters`
    return one.lazy && folder !== 'console'
      ? `loads the package ${specifier} lazily: bundled, a CommonJS package then has a default export only; put a static import into a file of its own and load that file lazily`
      : undefined
  })

/** A relative import names an existing file with its suffix. */
export const resolvable = (files: readonly SourceFile[]): Violation[] => {
  const known = new Set(files.map(({ path }) => path))
  return eachImport(files, (file, one) =>
    isRelative(one) && /\.(ts|tsx|js|mjs)$|\/[\w-]+$/.test(one.specifier)
      ? known.has(targetOf(file, one)) || targetOf(file, one).startsWith('dist/')
        ? undefined
        : `imports ${one.specifier}, and there is no such file (imports carry the .ts suffix)`
      : undefined,
  )
}

/** No file imports itself through others; type imports count. */
export function cycles(files: readonly SourceFile[]): Violation[] {
  const graph = new Map(
    files.map((file) => [
      file.path,
      scanImports(file.text)
        .filter(isRelative)
        .map((one) => targetOf(file, one)),
    ]),
  )
  const done = new Set<string>()
  const trail: string[] = []
  const found: Violation[] = []
  const visit = (path: string): void => {
    const at = trail.indexOf(path)
    if (at !== -1) {
      const way = [...trail.slice(at), path].join(' → ')
      found.push({
        path,
        message: `import cycle: ${way}; move what both need into a file of its own`,
      })
      return
    }
    if (done.has(path)) return
    trail.push(path)
    for (const next of graph.get(path) ?? []) visit(next)
    trail.pop()
    done.add(path)
  }
  for (const path of graph.keys()) visit(path)
  return found
}
