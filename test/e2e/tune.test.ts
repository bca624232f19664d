import assert from 'node:assert/strict'
import { chmod, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { OverrideEdit } from '../../src/resources/index.ts'
import { spawnCli } from '../support/spawn-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { startTestApp } from '../support/test-app.ts'
import { type Sidecars, send, startSidecars, tracing } from '../support/test-sidecars.ts'

async function tune(home: string, ...args: readonly string[]) {
  await using program = await spawnCli(['tune', ...args], { env: { SIDELIGHT_HOME: home } })
  const { code } = await program.exit
  return {
    code,
    lines: program.stdout.trimEnd().split('\n'),
    errors: program.stderr.trimEnd().split('\n'),
  }
}

const overridesOf = async ({ all }: Sidecars, at = 0) =>
  (await all[at]?.metadata())?.sidelight.sampling.overrides.map(({ name, rate }) => [name, rate])

describe('sidelight tune', function () {
  this.timeout(30_000)

  test('writes an override, waits until every sidecar runs it, and takes it away again', async () => {
    await using sidecars = await startSidecars(`# Ours.\n${tracing({ rate: '0' })}`)
    const before = await readFile(sidecars.configFile, 'utf8')
    await using app = await startTestApp()
    const a = await sidecars.start('checkout', { appPort: app.port })
    await sidecars.start('b')
    await chmod(sidecars.configFile, 0o640)
    const isSampled = async (path: string) =>
      /-01$/.test(
        (await send(a.port, 'GET', `/v1.0/invoke/checkout/method${path}`)).header('traceparent') ??
          '',
      )
    assert.equal(await isSampled('/orders/7'), false)

    const { home } = sidecars
    const written = await tune(home, 'GET checkout/orders/7=100%', 'b=25%', '--for', '10m')
    assert.equal(written.code, 0, written.errors.join('\n'))
    assert.match(
      String(written.lines[0]),
      /^tune-GET-checkout-orders-7-\w{6}: keeps all of target checkout, method GET, path \/orders\/\{id\} until \d{4}-.*Z \(10 min\)$/,
    )
    assert.match(String(written.lines[1]), /^tune-b: keeps 1 of 4 of target b until /)
    assert.match(String(written.lines[2]), /^The file had no spec.tracing.sampling and has one now/)
    assert.equal(written.lines[3], 'applied 2/2')
    assert.equal(await isSampled('/orders/8'), true)
    assert.equal(await isSampled('/others/8'), false)
    assert.equal((await stat(sidecars.configFile)).mode & 0o777, 0o640)
    const text = await readFile(sidecars.configFile, 'utf8')
    assert.ok(text.startsWith(before.trimEnd()), text)
    const names = await readdir(dirname(sidecars.configFile))
    assert.deepEqual(
      names.filter((name) => name.endsWith('.tmp')),
      [],
    )

    const listed = await tune(home, '--list')
    assert.deepEqual([listed.code, listed.lines.length], [0, 2])
    assert.match(
      String(listed.lines[1]),
      /^tune-b: keeps 1 of 4 of target b, ends in .*, in 2 sidecars$/,
    )

    const again = await tune(home, 'b=1', '--for', '1h')
    assert.deepEqual([again.code, again.lines.at(-1)], [0, 'applied 2/2'])
    assert.deepEqual((await overridesOf(sidecars, 1))?.at(-1), ['tune-b', 1])
    const one = await tune(home, '--clear', 'b')
    assert.deepEqual(one.lines, ['tune-b: removed', 'applied 2/2'])
    const all = await tune(home, '--clear')
    assert.equal(all.lines.at(-1), 'applied 2/2')
    assert.deepEqual(await overridesOf(sidecars), [])
    assert.equal(await readFile(sidecars.configFile, 'utf8'), before)
    assert.equal((await tune(home, '--list')).lines[0], 'no override is in force')
  })

  test('removes its own overrides that have ended, and leaves those of others', async () => {
    const ended = (name: string) => `{ name: ${name}, rate: "1", until: 2020-01-01T00:00:00Z }`
    await using sidecars = await startSidecars(
      tracing({ extra: `sampling: { overrides: [${ended('tune-old')}, ${ended('theirs')}] }` }),
    )
    await sidecars.start('a')
    const { code, lines } = await tune(sidecars.home, '*=1', '--for', '1m', '--json')
    const answer = JSON.parse(lines.join(''))
    assert.deepEqual([code, answer.applied, answer.dropped], [0, 1, ['tune-old']])
    assert.deepEqual(
      answer.put.map(({ match, rate }: OverrideEdit) => [match, rate]),
      [[{}, 1]],
    )
    assert.deepEqual(
      (await overridesOf(sidecars))?.map(([name]) => name),
      [answer.put[0].name, 'theirs'],
    )
  })

  test('writes nothing when the file would not be valid, and says all that is wrong', async () => {
    const clash = tracing({ extra: 'sampling: { rules: [{ name: tune-a, rate: "1" }] }' })
    await using sidecars = await startSidecars(clash)
    await sidecars.start('a')
    const refused = await tune(sidecars.home, 'a=1', '--for', '1m')
    assert.equal(refused.code, 2)
    assert.match(
      String(refused.errors[0]),
      /^error: nothing is written, since .* would not be valid:$/,
    )
    assert.match(String(refused.errors[1]), /RULE_NAME_TWICE/)
    assert.equal(await readFile(sidecars.configFile, 'utf8'), clash)
    const words = await tune(sidecars.home, 'a=101%', 'b', 'GET a b=1', '=1', '--for', '1m')
    assert.equal(words.code, 2)
    assert.deepEqual(
      words.errors.map((line) => /\[(\w+)\]$/.exec(line)?.[1]),
      ['RATE_NOT_A_NUMBER', 'TUNE_WITHOUT_RATE', 'TUNE_TARGET_INVALID', 'TUNE_WITHOUT_RATE'],
    )
    const both = await tune(sidecars.home, 'a=200%')
    assert.deepEqual(
      both.errors.map((line) => /\[(\w+)\]$/.exec(line)?.[1]),
      ['RATE_NOT_A_NUMBER', 'FLAG_INVALID'],
    )
    for (const args of [['a=1'], ['a=1', '--for', '1ms'], [], ['--clear', 'nobody']])
      assert.equal((await tune(sidecars.home, ...args)).code, 2, args.join(' '))
  })

  test('names the files when there are several, and who did not apply it', async () => {
    await using sidecars = await startSidecars(tracing())
    const over = join(dirname(sidecars.configFile), 'over.yaml')
    await writeFile(over, tracing({ extra: 'sampling: { overrides: [] }' }))
    await sidecars.start('a')
    await sidecars.start('b', { configFiles: [sidecars.configFile, over] })
    const ambiguous = await tune(sidecars.home, 'a=1', '--for', '1m')
    assert.equal(ambiguous.code, 2)
    assert.ok(
      ambiguous.errors[0]?.includes(`${sidecars.configFile} (a, b); ${over} (b)`),
      ambiguous.errors[0],
    )
    const link = join(dirname(sidecars.configFile), 'link.yaml')
    await symlink('config.yaml', link)
    const partly = await tune(sidecars.home, 'a=1', '--for', '1m', '--file', link)
    assert.equal(partly.code, 1)
    assert.match(
      String(partly.errors[0]),
      /^error: b \(process \d+\): it still runs generation \d+ without it$/,
    )
    assert.equal(partly.lines.at(-1), 'applied 1/2')
    assert.ok((await readFile(sidecars.configFile, 'utf8')).includes('tune-a'))
    assert.ok((await readFile(link, 'utf8')).includes('tune-a'))
  })

  test('takes turns with others at the same file', async () => {
    await using sidecars = await startSidecars(tracing())
    await sidecars.start('a')
    const paths = ['one', 'two', 'three', 'four', 'five', 'six']
    const all = await Promise.all(
      paths.map((path) => tune(sidecars.home, `a/${path}=1`, '--for', '1h')),
    )
    for (const { code, errors } of all) assert.equal(code, 0, errors.join('\n'))
    const text = await readFile(sidecars.configFile, 'utf8')
    for (const path of paths) assert.ok(text.includes(`/${path}`), text)
    const left = (await readdir(dirname(sidecars.configFile))).filter((one) => /tmp$/.test(one))
    assert.deepEqual(left, [])
  })

  test('warns of an app that no sidecar has, and writes it all the same', async () => {
    await using sidecars = await startSidecars(tracing())
    await sidecars.start('orders')
    const { code, errors } = await tune(sidecars.home, 'ordres=1', 'ord*=1', '--for', '1h')
    assert.deepEqual(
      [code, errors],
      [
        0,
        [
          'warning: no sidecar of the app ordres is registered on this machine; did you mean orders?',
        ],
      ],
    )
    assert.match(await readFile(sidecars.configFile, 'utf8'), /target: "?ordres/)
  })

  test('says that nobody runs here, or that nobody uses the file', async () => {
    await using home = await temporaryDirectory()
    const nobody = await tune(home.path, 'a=1', '--for', '1m')
    assert.deepEqual([nobody.code, /NO_SIDECAR/.test(String(nobody.errors[0]))], [2, true])
    const file = home.file('config.yaml')
    await writeFile(file, tracing())
    const unused = await tune(home.path, 'a=1', '--for', '1m', '--file', file)
    assert.equal(unused.code, 1)
    assert.equal(unused.lines.at(-1), `written to ${file}, which no running sidecar uses`)
  })
})
