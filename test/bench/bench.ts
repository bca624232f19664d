import { readFile, writeFile } from 'node:fs/promises'
import { cpus, release } from 'node:os'
import { parseArgs } from 'node:util'
import { benchBackend } from './backend/bench-backend.ts'
import { benchBlocks } from './blocks/bench-blocks.ts'
import { benchBoards } from './boards/bench-boards.ts'
import { benchCarry } from './carry/bench-carry.ts'
import { benchFootprint } from './footprint.ts'
import { benchInvocation } from './invocation/bench-invocation.ts'
import { benchMetrics } from './metrics/bench-metrics.ts'
import { benchOperator } from './operator/bench-operator.ts'
import { benchReload } from './reload/bench-reload.ts'
import { benchSampling } from './sampling/bench-sampling.ts'
import { benchTesting } from './testing/bench-testing.ts'

// npm run bench -- [invocation|footprint|reload|sampling|metrics|boards|blocks|carry|testing|operator|backend …] [--rounds 3] [--seconds 10] [--spans 1000000] [--streams 5000] [--write]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    spans: { type: 'string', default: '1000000' },
    streams: { type: 'string', default: '5000' },
    write: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)

const benches: Readonly<Record<string, () => Promise<string>>> = {
  invocation: () => benchInvocation({ rounds, seconds }),
  footprint: () => benchFootprint({ rounds: Math.max(rounds, 5), idleSeconds: seconds }),
  reload: () => benchReload(),
  sampling: () => benchSampling({ seconds }),
  metrics: () => benchMetrics({ rounds }),
  boards: () => benchBoards({ rounds }),
  blocks: () => benchBlocks({ rounds, seconds }),
  carry: () => benchCarry({ rounds: Math.max(rounds, 5), seconds }),
  testing: () => benchTesting(),
  operator: () => benchOperator({ rounds: Math.max(rounds, 5), streams: Number(values.streams) }),
  backend: () => benchBackend({ spans: Number(values.spans), seconds }),
}

const README = new URL('README.md', import.meta.url)

async function main(): Promise<void> {
  for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
    const bench = Object.hasOwn(benches, name) ? benches[name] : undefined
    if (bench === undefined) throw new Error(`no bench ${name}: ${Object.keys(benches).join(', ')}`)
    console.error(`bench ${name}`)
    const text = `${await bench()}\n\n${circumstances()}`
    console.log(`\n## ${name}\n\n${text}\n`)
    if (values.write) await writeSection(name, text)
  }
}

const circumstances = (): string =>
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Linux ${release()}.`

/** Between the markers of its section; the words around them are written by hand. */
async function writeSection(name: string, text: string): Promise<void> {
  const readme = await readFile(README, 'utf8')
  const section = new RegExp(`(<!-- ${name}:begin -->\\n)[\\s\\S]*?(<!-- ${name}:end -->)`)
  if (!section.test(readme)) throw new Error(`test/bench/README.md has no markers for ${name}`)
  await writeFile(
    README,
    readme.replace(section, (_all, begin, end) => `${begin}${text}\n${end}`),
  )
}

await main()
