import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-ports.ts'
import { spawnCli } from '../support/spawn-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const build = async (...args: readonly string[]) => {
  await using program = await spawnCli(['dashboards', ...args])
  const { code } = await program.exit
  return { code, stdout: program.stdout, stderr: program.stderr }
}

describe('sidelight dashboards build', () => {
  test('writes what Grafana and Prometheus read, with the addresses that it is given', async () => {
    await using directory = await temporaryDirectory()
    const built = await build(
      'build',
      `--out=${directory.path}`,
      '--backend=backend:9411',
      '--prometheus=prom:9090',
    )
    assert.equal(built.code, 0, built.stderr)
    const read = (name: string) => readFile(directory.file(name), 'utf8')
    assert.match(await read('prometheus/prometheus.yaml'), /url: http:\/\/backend:9411\/sd/)
    const sources = await read('grafana/provisioning/datasources/sidelight.yaml')
    assert.match(sources, /url: http:\/\/prom:9090/)
    const overview = JSON.parse(await read('grafana/dashboards/sidelight-overview.json'))
    assert.equal(overview.uid, 'sidelight-overview')
    assert.ok(built.stdout.includes(directory.file('slo.yaml')))
  })

  test('keeps the objectives that somebody has edited, and builds by them', async () => {
    await using directory = await temporaryDirectory()
    const mine = 'slos: [{ name: mine, objective: 95 }]\n'
    await writeFile(directory.file('slo.yaml'), mine)
    assert.equal((await build('build', `-o`, directory.path)).code, 0)
    assert.equal(await readFile(directory.file('slo.yaml'), 'utf8'), mine)
    const rules = await readFile(directory.file('prometheus/alerting.rules.yaml'), 'utf8')
    assert.match(rules, /slo="mine"\} > 0\.72/)
  })

  test('names everything that is wrong with the objectives, and writes nothing', async () => {
    await using directory = await temporaryDirectory()
    const slo = directory.file('mine.yaml')
    await writeFile(slo, 'slos: [{ name: A, objective: 100 }]\n')
    const built = await build('build', `--slo=${slo}`, `--out=${directory.file('out')}`)
    assert.equal(built.code, 2)
    assert.match(built.stderr, /mine\.yaml.*slos\[0\]\.name: a name of small letters/)
    assert.match(built.stderr, /mine\.yaml.*slos\[0\]\.objective: .*nobody keeps 100/)
    await assert.rejects(readFile(directory.file('out/slo.yaml')), { code: 'ENOENT' })
  })

  test('has its objectives on the console’s boards, too, by the backend’s --slo', async () => {
    await using directory = await temporaryDirectory()
    const slo = directory.file('mine.yaml')
    const start = (port: number) =>
      spawnCli(['backend', '--memory', '--scrape=false', `--port=${port}`, `--slo=${slo}`], {
        env: { SIDELIGHT_HOME: directory.path },
      })
    await writeFile(slo, 'slos: [{ name: mine, objective: 100 }]\n')
    await using refused = await start(0)
    assert.equal((await refused.exit).code, 2)
    assert.match(refused.stderr, /mine\.yaml:1 slos\[0\]\.objective: .*nobody keeps 100/)

    await writeFile(slo, 'slos: [{ name: mine, objective: 95 }]\n')
    const port = await freePort()
    await using _ = await start(port)
    const url = `http://127.0.0.1:${port}/sidelight/api/v1/boards`
    const boards = await eventually(async () => (await fetch(url)).text(), { deadlineMs: 15_000 })
    assert.match(boards, /Budget of mine/)
    assert.doesNotMatch(boards, /Budget of availability/)
  })

  test('says what else it might have been', async () => {
    for (const [args, said] of [
      [['biuld'], /no command dashboards "biuld"; did you mean build\?/],
      [[], /a command is missing; there is sidelight dashboards build/],
      [['build', '--slo=/nowhere.yaml'], /\/nowhere\.yaml cannot be read \(ENOENT\)/],
      [['build', '--out=/dev/null/x'], /cannot be written/],
    ] as const) {
      const { code, stderr } = await build(...args)
      assert.equal(code, 2, stderr)
      assert.match(stderr, said)
      assert.doesNotMatch(stderr, /\n {4}at /)
    }
  })
})
