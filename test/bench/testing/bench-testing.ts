import { fileURLToPath } from 'node:url'
import { startProgram } from '../../support/child-program.ts'
import { freePort } from '../../support/free-ports.ts'
import { spawnCli } from '../../support/spawn-cli.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { formatSpread, ratios, spreadOf } from '../measure/spread.ts'
import { formatTable } from '../measure/table.ts'

const PROGRAM = fileURLToPath(new URL('start-bundle.mjs', import.meta.url))
const STARTS = 10

/** How long a bundle in the test's own process takes, beside the same as programs. */
export async function benchTesting(): Promise<string> {
  const kit: { importMs: number; readyMs: number; nextMs: number; closeMs: number }[] = []
  const programs: number[] = []
  for (let i = 0; i < STARTS; i++) {
    await using program = await startProgram(process.execPath, [PROGRAM], {})
    await program.exit
    kit.push(JSON.parse(program.stdout))
    programs.push(await timeOfPrograms())
  }
  const column = (name: 'importMs' | 'readyMs' | 'nextMs' | 'closeMs') =>
    kit.map((each) => each[name])
  const row = (what: string, ms: readonly number[]) => ({
    what,
    ms: formatSpread(spreadOf(ms)),
    '÷ programs': formatSpread(ratios(ms, programs), 2),
  })
  return [
    `Two apps with their sidecars and the trace store, ${STARTS} times in turns, each in a new process.`,
    '',
    formatTable([
      row('import of sidelight/testing', column('importMs')),
      row('ready, the first bundle of a process', column('readyMs')),
      row('ready, the next one', column('nextMs')),
      row('closed', column('closeMs')),
      row('one app, its sidecar and the backend as programs (sidelight run)', programs),
    ]),
  ].join('\n')
}

async function timeOfPrograms(): Promise<number> {
  await using directory = await temporaryDirectory()
  const begunMs = performance.now()
  await using program = await spawnCli(
    ['run', '--app-id=orders', `--backend-port=${await freePort()}`, '--', 'sleep', '60'],
    { env: { ...process.env, SIDELIGHT_HOME: directory.path } },
  )
  await program.waitForLine(/^Ready\./m)
  return performance.now() - begunMs
}
