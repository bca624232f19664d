// biome-ignore-all lint/style/useNodejsImportProtocol: Node 12 does not know "node:"
// `npm start` and `npm test` begin here, also in a bare checkout.
// No dependency and no syntax newer than Node 12's, so that an old Node gets a clear message.
import { spawn } from 'child_process'
import { createHash } from 'crypto'
import { existsSync, readFileSync, writeFileSync } from 'fs'
import path from 'path'
import { fileURLToPath, pathToFileURL } from 'url'
import { versionProblem } from './node-version.mjs'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const SHOP = 'src/local/shop/dapr.yaml'
const at = (name) => path.join(ROOT, name)
const readJson = (name) => JSON.parse(readFileSync(at(name), 'utf8'))

const say = (text) => process.stderr.write(`sidelight: ${text}\n`)
const stop = (text, code) => {
  say(text)
  process.exit(code)
}

/** Notes the lockfile that our own install has followed. */
const STAMP = 'node_modules/.sidelight-lock'
const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex')

/**
 * Whether node_modules is what the lockfile asks for. npm notes there what it has installed, so
 * an `npm ci` of the user's counts as well as ours.
 */
function isInstalled() {
  if (!existsSync(at('node_modules/.package-lock.json'))) return false
  if (existsSync(at(STAMP)) && readFileSync(at(STAMP), 'utf8') === lockHash()) return true
  const wanted = readJson('package-lock.json').packages
  const installed = readJson('node_modules/.package-lock.json').packages
  const names = Object.keys(wanted).filter((name) => name !== '')
  return names.every((name) => {
    if (installed[name] === undefined) return wanted[name].optional === true
    return (
      installed[name].version === wanted[name].version &&
      installed[name].integrity === wanted[name].integrity
    )
  })
}

/** Runs a program, telling every 10 s that it still does. Its own output is shown if it fails. */
function run(title, command, args) {
  const startedAt = Date.now()
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`
  say(`${title} …`)
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command === 'npm',
    })
    const ticker = setInterval(() => say(`${title} … ${seconds()}`), 10000)
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.once('error', (error) => stop(`cannot run ${command}: ${error.message}`, 1))
    child.once('close', (code, signal) => {
      clearInterval(ticker)
      if (code === 0) say(`${title}: done in ${seconds()}`)
      else {
        process.stderr.write(output)
        stop(`${title} failed after ${seconds()} (${signal || `code ${code}`})`, 1)
      }
      resolve()
    })
  })
}

function install() {
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts']
  const title = 'installing packages (once, about half a minute)'
  const npm = process.env.npm_execpath
  return npm !== undefined && /\.c?js$/.test(npm)
    ? run(title, process.execPath, [npm].concat(args))
    : run(title, 'npm', args)
}

/** The program goes on in this process: nothing stands between it and Ctrl-C. */
function become(script, args) {
  process.argv = [process.argv[0], at(script)].concat(args)
  return import(pathToFileURL(at(script)).href)
}

async function main() {
  const [task, ...args] = process.argv.slice(2)
  const problem = versionProblem(process.version, readJson('package.json').engines.node)
  if (problem !== undefined) stop(problem, 1)
  if (!isInstalled()) {
    await install()
    writeFileSync(at(STAMP), lockHash())
  }
  const build = await import('./build.mjs')
  if (build.outdated().length > 0)
    await run('building', process.execPath, [at('test/tools/build.mjs'), '--if-changed'])
  if (task === 'test') return become('node_modules/mocha/bin/mocha.js', args)
  if (task === 'start') return become('dist/cli/sidelight.js', ['up', at(SHOP)].concat(args))
  return stop(`what to do? "start" or "test", not ${JSON.stringify(task)}`, 2)
}

main().catch((error) => {
  process.stderr.write(`${error.stack || error}\n`)
  process.exit(1)
})
