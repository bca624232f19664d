// Builds dist/ from src/. `--if-changed`: only the parts whose inputs differ from the last build's.
// Also the "prepare" script, so it must do nothing, and not fail, where src or the tools are missing.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const STAMP = 'dist/.inputs'
const CLI = 'src/cli/sidelight.ts'
const CLI_OUT = 'dist/cli/sidelight.js'
const SHOP = 'src/local/shop'
/** The test kit is sidecars and backend: it shares their chunks with the program, and is an ES module as they are. */
const TESTING = 'src/local/testing/index.ts'
const TESTING_OUT = 'dist/testing/index'
const CONSOLE_CONFIG = 'src/console/vite.config.ts'

/** They patch modules as these load, or hold a binary: they must stay themselves. */
export const EXTERNAL = [
  '@opentelemetry/instrumentation*',
  'import-in-the-middle',
  'require-in-the-middle',
  'libsql',
]

const at = (name) => join(ROOT, name)

/** A part is built again when one of its inputs has changed. */
const parts = [
  {
    name: 'cli',
    source: CLI,
    output: CLI_OUT,
    isInput: (file) => !/^src\/(console|middleware)\//.test(file),
    build: buildCli,
  },
  {
    name: 'console',
    source: CONSOLE_CONFIG,
    output: 'dist/console/index.html',
    isInput: (file) => /^src\/(console|base|wire)\//.test(file),
    build: buildConsole,
  },
]

/** What others import: `sidelight/NAME`. */
const LIBRARIES = ['carry', 'register', 'express']

for (const name of LIBRARIES)
  parts.push({
    name,
    source: `src/middleware/${name}/index.ts`,
    output: `dist/${name}/index.cjs`,
    isInput: (file) => /^src\/(middleware|base|wire|telemetry)\//.test(file),
    build: () => buildLibrary(name),
  })

const filesUnder = (folder) =>
  existsSync(at(folder))
    ? readdirSync(at(folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
          relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'),
        )
        .sort()
    : []

function hashOf(files) {
  const hash = createHash('sha256')
  for (const file of [...files, 'package-lock.json', 'test/tools/build.mjs'])
    hash.update(`${file}\0`).update(existsSync(at(file)) ? readFileSync(at(file)) : '')
  return hash.digest('hex')
}

function lastHashes() {
  try {
    return JSON.parse(readFileSync(at(STAMP), 'utf8'))
  } catch {
    return {}
  }
}

/** The parts to build, each with the hash to note afterwards. Empty where there is no source. */
export function outdated({ all = false } = {}) {
  const files = filesUnder('src')
  const last = lastHashes()
  return parts
    .filter(({ source }) => existsSync(at(source)))
    .map((part) => ({ ...part, hash: hashOf(files.filter(part.isInput)) }))
    .filter(({ name, hash, output }) => all || last[name] !== hash || !existsSync(at(output)))
}

/** Readers never see half a file. */
function writeWhole(path, contents) {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, contents)
  renameSync(temporary, path)
}

async function buildCli() {
  const esbuild = await import('esbuild')
  const shared = {
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    external: EXTERNAL,
    legalComments: 'none',
    logLevel: 'warning',
    sourcemap: 'linked',
    sourcesContent: false,
    write: false,
    // Bundled CommonJS packages call require() for Node's own modules.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'\nconst require = __createRequire(import.meta.url)",
    },
  }
  const cli = await esbuild.build({
    ...shared,
    entryPoints: { 'cli/sidelight': CLI, 'testing/index': TESTING },
    outdir: 'dist',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  })
  // The shop's services are programs of their own and share nothing with the CLI.
  const services = filesUnder(SHOP).filter((file) => /^src\/local\/shop\/[^/]+\.ts$/.test(file))
  const shop =
    services.length === 0
      ? { outputFiles: [] }
      : await esbuild.build({ ...shared, entryPoints: services, outdir: 'dist/local/shop' })

  writeWhole(at(`${TESTING_OUT}.d.ts`), declarationsOf(TESTING))
  const hasShebang = readFileSync(at(CLI), 'utf8').startsWith('#!')
  const written = new Set()
  for (const { path, contents } of [...cli.outputFiles, ...shop.outputFiles]) {
    written.add(path)
    writeWhole(path, hasShebang ? contents : withShebang(path, contents))
  }
  chmodSync(at(CLI_OUT), 0o755)
  for (const file of [...filesUnder('dist/chunks'), ...filesUnder('dist/local')])
    if (!written.has(at(file))) rmSync(at(file), { force: true })
}

/** One line more at the top, so the source map moves down by one too. */
function withShebang(path, contents) {
  if (path === at(CLI_OUT)) return `#!/usr/bin/env node\n${Buffer.from(contents).toString('utf8')}`
  if (path !== at(`${CLI_OUT}.map`)) return contents
  const map = JSON.parse(Buffer.from(contents).toString('utf8'))
  return JSON.stringify({ ...map, mappings: `;${map.mappings}` })
}

/**
 * One CommonJS file holds the code and its state; the ES module hands on what that exports, so that a process that has
 * both has one of it. The types are the same text twice, since TypeScript goes by their file's ending.
 */
async function buildLibrary(name) {
  const esbuild = await import('esbuild')
  const { outputFiles } = await esbuild.build({
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    entryPoints: [`src/middleware/${name}/index.ts`],
    // OpenTelemetry is one for the app and for this: what it installs is what records.
    packages: 'external',
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
  })
  const types = declarationsOf(`src/middleware/${name}/index.ts`)
  const exports = [...types.matchAll(/^export declare (?:const|function|class) (\w+)/gm)].map(
    ([, each]) => each,
  )
  writeWhole(at(`dist/${name}/index.cjs`), outputFiles[0].contents)
  writeWhole(at(`dist/${name}/index.mjs`), `export { ${exports.join(', ')} } from './index.cjs'\n`)
  for (const ending of ['d.cts', 'd.mts']) writeWhole(at(`dist/${name}/index.${ending}`), types)
}

/** The declarations of a module and of those that it takes types from, as one text. */
function declarationsOf(entry) {
  const folder = at('dist/.types')
  rmSync(folder, { recursive: true, force: true })
  execFileSync(process.execPath, [
    at('node_modules/typescript7/bin/tsc'),
    ...['--declaration', '--emitDeclarationOnly', '--outDir', folder, '--rootDir', ROOT],
    ...['--ignoreConfig', '--target', 'es2023', '--module', 'nodenext', '--strict'],
    ...['--allowImportingTsExtensions', '--skipLibCheck', '--types', 'node', at(entry)],
  ])
  const seen = new Set()
  const read = (file, isEntry) => {
    if (seen.has(file)) return ''
    seen.add(file)
    const text = readFileSync(join(folder, file.replace(/\.ts$/, '.d.ts')), 'utf8')
    let before = ''
    const own = text.replaceAll(
      /^(?:import|export) (?:type )?\{[^}]*\} from '(\.[^']+)';\n/gm,
      (_, path) => {
        before += read(join(dirname(file), path), false)
        return ''
      },
    )
    // What the entry hands on is exported by its own line; the rest is nobody's business.
    const handedOn = [...text.matchAll(/^export (type )?\{([^}]*)\} from/gm)].flatMap(
      ([, type = '', names]) =>
        names
          .split(',')
          .filter((name) => name.trim() !== '')
          .map((name) => `${type}${name.trim()}`),
    )
    const exported = isEntry && handedOn.length > 0 ? `export { ${handedOn.join(', ')} };\n` : ''
    return (
      before +
      (isEntry ? own : own.replaceAll(/^export (?=declare|interface|type)/gm, '')) +
      exported
    )
  }
  const types = read(entry, true)
  rmSync(folder, { recursive: true })
  return types
}

async function buildConsole() {
  const vite = await import('vite')
  await vite.build({ configFile: at(CONSOLE_CONFIG), logLevel: 'warn' })
}

/** `npx sidelight` looks here before it asks the registry; npm links only other packages' bins. */
function linkBin() {
  const folder = at('node_modules/.bin')
  if (!existsSync(folder) || !existsSync(at(CLI_OUT)) || process.platform === 'win32') return
  const link = join(folder, 'sidelight')
  if (existsSync(link)) return
  rmSync(link, { force: true })
  symlinkSync(relative(folder, at(CLI_OUT)), link)
}

/** Tells bootstrap.mjs that node_modules follows this lockfile, as it does after its own `npm ci`. */
function noteInstalled() {
  const hash = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex')
  writeWhole(at('node_modules/.sidelight-lock'), hash)
}

async function main(args) {
  const ifChanged = args.includes('--if-changed')
  const todo = outdated({ all: !ifChanged })
  if (todo.length > 0 && !existsSync(at('node_modules/esbuild'))) {
    console.error('sidelight: nothing built, since the build tools are not installed (npm ci)')
    process.exitCode = ifChanged ? 0 : 1
    return
  }
  for (const { name, build, hash } of todo) {
    const startedAt = performance.now()
    await build()
    mkdirSync(at('dist'), { recursive: true })
    writeWhole(at(STAMP), `${JSON.stringify({ ...lastHashes(), [name]: hash })}\n`)
    console.log(`built ${name} in ${Math.round(performance.now() - startedAt)} ms`)
  }
  linkBin()
  if (process.env.npm_lifecycle_event === 'prepare' && process.env.npm_command === 'ci')
    noteInstalled()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2))
