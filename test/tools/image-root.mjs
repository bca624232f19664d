// Puts together the root file system of the image: `node test/tools/image-root.mjs DIRECTORY`, after `npm run build`.
// Node and the libraries that it is linked with, the bundle, the packages that the bundle leaves out, the demo shop. No shell.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EXTERNAL } from './build.mjs'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** Below it is what we have made. */
const HOME = '/sidelight'

const TEXTS = {
  '/etc/passwd': 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  '/etc/group': 'nonroot:x:65532:\n',
  '/etc/nsswitch.conf': 'hosts: files dns\n',
}

/** Where a runtime mounts something. */
const DIRECTORIES = ['/dev', '/home/nonroot', '/proc', '/sys', '/tmp']

const filesIn = (folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))

/** Packages that the bundle loads by name, with what they need here. Those for musl are for another libc than Node's. */
function packagesLeftOut() {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const found = new Set()
  const todo = EXTERNAL.filter((name) => name in dependencies)
  for (const name of todo) {
    const file = join(ROOT, 'node_modules', name, 'package.json')
    if (found.has(name) || name.endsWith('-musl') || !existsSync(file)) continue
    found.add(name)
    const manifest = JSON.parse(readFileSync(file, 'utf8'))
    todo.push(...Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
  }
  return [...found].map((name) => `node_modules/${name}`)
}

/** The shared libraries of a program, at the paths where the loader looks for them. */
const librariesOf = (program) =>
  [...execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)].map(
    ([, path]) => path,
  )

/** What the image holds: the path there, and the file it comes from. */
export function imageFiles() {
  const ours = [
    'package.json',
    ...filesIn('dist').filter(
      (file) => !/\.map$|\.d\.[cm]?ts$|\/\.inputs$|^dist\/testing\//.test(file),
    ),
    ...packagesLeftOut()
      .flatMap(filesIn)
      .filter((file) => !file.endsWith('.d.ts')),
  ]
  const shop = filesIn('src/local/shop').filter((file) => file.endsWith('.mjs'))
  const node = realpathSync(process.execPath)
  const binaries = [
    node,
    ...ours.filter((file) => file.endsWith('.node')).map((file) => join(ROOT, file)),
  ]
  return new Map([
    ['/usr/bin/node', node],
    ...binaries.flatMap(librariesOf).map((path) => [path, path]),
    ...ours.map((file) => [`${HOME}/${file}`, join(ROOT, file)]),
    ...shop.map((file) => [`${HOME}/shop/${file.split('/').pop()}`, join(ROOT, file)]),
  ])
}

/** The same sources give the same bytes, times and modes. */
export function makeImageRoot(directory, epochSeconds = 0) {
  const inside = (path) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    return join(directory, path)
  }
  for (const path of DIRECTORIES) mkdirSync(inside(path), { recursive: true })
  chmodSync(directory, 0o755)
  chmodSync(join(directory, 'tmp'), 0o1777)
  const written = [...imageFiles()].map(([path, source]) => {
    copyFileSync(source, inside(path))
    chmodSync(join(directory, path), /^\/(usr|lib)/.test(path) ? 0o755 : 0o644)
    return path
  })
  for (const [path, text] of Object.entries(TEXTS)) writeFileSync(inside(path), text)
  for (const path of [...written, ...Object.keys(TEXTS)])
    utimesSync(join(directory, path), epochSeconds, epochSeconds)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  makeImageRoot(resolve(process.argv[2]), Number(process.env.SOURCE_DATE_EPOCH ?? 0))
