import { homedir } from 'node:os'
import { join } from 'node:path'
import { createSystemClock } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import { nearest } from '../base/nearest.ts'
import { VERSION } from '../base/version.ts'
import {
  type CliContext,
  COMMAND_GROUPS,
  type CommandGroup,
  EXIT_MISTAKE,
  type StopHooks,
} from './cli-context.ts'
import { commands } from './command-table.ts'
import { environment } from './settings.ts'

async function main(argv: readonly string[], context: CliContext): Promise<number> {
  const [name = 'help', ...rest] = argv
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command !== undefined) return (await command.load())(rest, context)
  if (name === '--version' || name === 'version') {
    context.out(VERSION)
    return 0
  }
  if (['help', '--help', '-h'].includes(name)) {
    context.out(help())
    return 0
  }
  const meant = nearest(name, Object.keys(commands))
  const cure = meant === undefined ? 'sidelight help lists them' : `did you mean ${meant}?`
  context.err(`error: no command ${JSON.stringify(name)}; ${cure}`)
  return EXIT_MISTAKE
}

function help(): string {
  const commandsOf = (title: CommandGroup) =>
    Object.entries(commands)
      .filter(([, { group }]) => group === title)
      .map(([name, { doc }]) => [name, doc] as const)
  const lines = (rows: readonly (readonly [string, string])[], width: number): string =>
    rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
  const longest = (names: readonly string[]) => Math.max(...names.map(({ length }) => length))
  const forCommands = longest(Object.keys(commands))
  return [
    `Sidelight ${VERSION}: a Dapr-compatible sidecar you can see through.`,
    '',
    'sidelight COMMAND [flags]; sidelight COMMAND --help shows the flags',
    '',
    ...COMMAND_GROUPS.flatMap((title) => [title, lines(commandsOf(title), forCommands), '']),
    'Environment',
    lines(
      environment.map(({ name, doc }) => [name, doc]),
      longest(environment.map(({ name }) => name)),
    ),
  ].join('\n')
}

function createContext(): CliContext {
  const { env } = process
  return {
    env,
    clock: createSystemClock(),
    pid: process.pid,
    home: env.SIDELIGHT_HOME || join(homeOfUser(), '.sidelight'),
    isTerminal: process.stdout.isTTY === true && !env.NO_COLOR,
    // Windows are pulled larger and smaller.
    get columns() {
      return process.stdout.columns
    },
    get rows() {
      return process.stdout.rows
    },
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    runUntilStopped,
  }
}

/** A container's user need not be one that the system knows. */
function homeOfUser(): string {
  try {
    return homedir()
  } catch {
    return '/'
  }
}

/** How long after a forced stop the answer to the caller may still take. */
const FORCED_EXIT_MS = 100

/** One Ctrl-C may arrive twice: from the terminal and from a parent that passes it on. */
const SAME_SIGNAL_MS = 200

function runUntilStopped({ onRequest, stop, reload }: StopHooks): Promise<number> {
  return new Promise((resolve) => {
    let stoppingSinceMs: number | undefined
    const finish = (): void => {
      const nowMs = performance.now()
      if (stoppingSinceMs !== undefined) {
        if (nowMs - stoppingSinceMs > SAME_SIGNAL_MS) process.exit(1)
        return
      }
      stoppingSinceMs = nowMs
      stop().then(
        () => resolve(0),
        (error) => {
          process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
          process.exit(1)
        },
      )
    }
    onRequest((force) => {
      if (force) setTimeout(() => process.exit(1), FORCED_EXIT_MS)
      else finish()
    })
    process.on('SIGINT', finish)
    process.on('SIGTERM', finish)
    // A terminal that closes sends it, too: who has nothing to reload stops.
    process.on('SIGHUP', () => (reload === undefined ? finish() : reload()))
    onOutputGone = finish
  })
}

/** The reader of our output is gone, for example `| head`: nothing is left to say, but apps to stop. */
let onOutputGone = (): void => process.exit(0)
process.stdout.once('error', () => {
  // Each line after the first fails, too.
  process.stdout.on('error', () => undefined)
  onOutputGone()
})

/** What was written to a pipe waits in this process until its reader takes it. */
const exit = (code: number): void => {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
}

// A command ends when it says so: while it waits, for a locked file say, only timers may run that hold no process.
setInterval(() => undefined, 2 ** 30)
const context = createContext()
main(process.argv.slice(2), context).then(exit, (error) => {
  if (error instanceof Fault) {
    context.err(`error: ${error.message} [${error.code}]`)
    return exit(EXIT_MISTAKE)
  }
  context.err(error instanceof Error ? (error.stack ?? error.message) : String(error))
  exit(1)
})
