import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { VERSION } from '../../src/base/version.ts'
import { type ChildProgram, startProgram } from '../support/child-program.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-ports.ts'
import { requirePartner } from '../support/partners.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts'
import { imageFiles, makeImageRoot } from '../tools/image-root.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
/** Of the image itself: after the last FROM. */
const stage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
const found = (pattern: RegExp): string => pattern.exec(stage)?.[1] ?? assert.fail(`${pattern}`)
const entrypoint: readonly [string, ...string[]] = JSON.parse(found(/^ENTRYPOINT (.+)$/m))

/** As a container runtime does it: a read-only root, something to write in /tmp, a user who is nobody. */
const ENTER = `
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount -t tmpfs tmpfs "$1/tmp"
mount -t proc proc "$1/proc"
root=$1 user=$2
shift 2
exec chroot --userspec="$user" "$root" "$@"`

describe('the image, put together without Docker', function () {
  this.timeout(60_000)
  let root: TemporaryDirectory

  before(async function () {
    requirePartner(this, 'root')
    root = await temporaryDirectory()
    makeImageRoot(root.path)
  })
  after(() => root?.[Symbol.asyncDispose]())

  const start = (...command: readonly string[]): Promise<ChildProgram> =>
    startProgram(
      'unshare',
      ['--mount', 'sh', '-ec', ENTER, 'sh', root.path, found(/^USER (.+)$/m), ...command],
      {
        inheritEnv: false,
        env: {
          PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
          HOME: '/home/nonroot',
          SIDELIGHT_HOME: '/tmp',
        },
      },
    )
  const outputOf = async (...command: readonly string[]): Promise<string> => {
    await using program = await start(...command)
    const { code } = await program.exit
    assert.equal(code, 0, program.output)
    return program.stdout
  }

  test('has a sidecar that serves, as nobody, with a root that it cannot write to', async () => {
    const port = await freePort()
    await using sidecar = await start(
      ...entrypoint,
      ...['sidecar', '--app-id=x', `--dapr-http-port=${port}`],
      ...['--dapr-grpc-port=0', '--metrics-port=0'],
    )
    await eventually(
      async () => (await fetch(`http://127.0.0.1:${port}/v1.0/healthz`)).status === 204,
      { deadlineMs: 20_000 },
    )
    assert.match(readFileSync(`/proc/${sidecar.pid}/status`, 'utf8'), /^Uid:\t65532\t65532\t/m)
    assert.deepEqual(await sidecar.stop(), { code: 0, signal: null })
  })

  test('says which version it is', async () => {
    assert.equal((await outputOf(...entrypoint, 'version')).trim(), VERSION)
  })

  test('has the native part of SQLite, and a disk that is read-only', async () => {
    const program = `
      const Database = require('/sidelight/node_modules/libsql')
      const { one } = new Database(':memory:').prepare('select 1 as one').get()
      let code
      try { require('fs').writeFileSync('/sidelight/x', '') } catch (error) { code = error.code }
      console.log(one, code)`
    assert.equal((await outputOf(entrypoint[0], '-e', program)).trim(), '1 EROFS')
  })

  test('has the services of the demo shop', async () => {
    for (const name of ['customers', 'inventory', 'orders', 'shipping', 'storefront'])
      await outputOf(entrypoint[0], '--check', `/sidelight/shop/${name}.mjs`)
  })

  test('has no shell, no source map and no source, and is small', () => {
    const files = [...imageFiles()]
    const bytes = files.reduce((sum, [, source]) => sum + statSync(source).size, 0)
    console.log(`    ${files.length} files, ${Math.round(bytes / 2 ** 20)} MB before compression`)
    for (const [path] of files) assert.doesNotMatch(path, /\/(ba|da)?sh$|\.map$|\.ts$/)
    assert.ok(bytes < 200 * 2 ** 20)
  })

  test('is what the Dockerfile takes, with nothing beside it', () => {
    assert.match(dockerfile, /^RUN npm run build && node test\/tools\/image-root\.mjs \/image$/m)
    assert.deepEqual(stage.match(/^(COPY|ADD|RUN) .*$/gm), ['COPY --from=build /image/ /'])
    assert.match(stage, /^\nFROM scratch$/m)
    assert.equal(found(/^ARG VERSION=(.+)$/m), VERSION)
    for (const [, image = ''] of dockerfile.matchAll(/^FROM (\S+)/gm))
      assert.match(image, /^scratch$|:\d+\.\d+\.\d+/)
  })

  test('has its sources in what Docker is sent', () => {
    const sent = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    const allowed = [...sent.matchAll(/^!(.+)$/gm)].map(([, path = '']) => path)
    const made = /^(dist|node_modules)\//
    const sources = [...imageFiles().values()]
      .filter((file) => file.startsWith(ROOT))
      .map((file) => file.slice(ROOT.length))
    for (const file of sources.filter((each) => !made.test(each)))
      assert.ok(
        allowed.some((path) => file === path || file.startsWith(`${path}/`)),
        file,
      )
    assert.ok(allowed.includes('test/tools'))
  })
})

describe('the release workflow', () => {
  const { jobs, permissions } = parse(
    readFileSync(join(ROOT, '.github/workflows/release.yaml'), 'utf8'),
  ) as { jobs: Record<string, Job>; permissions: object }

  interface Job {
    readonly permissions?: object
    readonly 'timeout-minutes'?: number
    readonly steps: readonly { readonly uses?: string }[]
  }

  test('names the version of every action, and what each job may do', () => {
    assert.deepEqual(permissions, {})
    for (const [name, { steps, ...job }] of Object.entries(jobs)) {
      assert.ok(job.permissions && job['timeout-minutes'], name)
      for (const { uses } of steps)
        assert.ok(uses === undefined || /@v\d+\.\d+\.\d+$/.test(uses), uses)
    }
  })
})
