import type { Clock } from '../base/clock.ts'
import {
  createLogger,
  formatJson,
  formatLogfmt,
  LOG_LEVELS,
  type Logger,
  type LogLevel,
} from '../base/logger.ts'
import { formatProblem, type Problem } from '../base/problem.ts'
import type { Flag } from './flags.ts'

/** What a command may touch of the process. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly pid: number
  /** `SIDELIGHT_HOME`. */
  readonly home: string
  /** Standard output is a terminal that shows colors. */
  readonly isTerminal: boolean
  /** Of the terminal; `undefined` when standard output is none. */
  readonly columns: number | undefined
  /** Lines of the terminal. */
  readonly rows: number | undefined
  out(line: string): void
  err(line: string): void
  /**
   * Runs until the first SIGINT, SIGTERM or `requestStop`, then `stop`. A second signal ends the process at once.
   * @returns the exit code
   */
  runUntilStopped(hooks: StopHooks): Promise<number>
}

export interface StopHooks {
  /** Handed a function by which the program asks for its own stop. */
  readonly onRequest: (requestStop: (force: boolean) => void) => void
  readonly stop: () => Promise<void>
  readonly reload?: () => void
}

/** One command: reads its words, does its work, gives an exit code. */
export type Command = (argv: readonly string[], context: CliContext) => Promise<number>

/** In the order of the help. */
export const COMMAND_GROUPS = [
  'Apps of this machine',
  'Seeing and tuning',
  'In a cluster',
  'Programs',
] as const
export type CommandGroup = (typeof COMMAND_GROUPS)[number]

/** How a command is found, and completed. */
export interface CommandEntry {
  /** Title above it in the help. */
  readonly group: CommandGroup
  readonly doc: string
  readonly flags: readonly Flag[]
  /** What may stand first behind the command. */
  readonly words?: readonly string[]
  load(): Promise<Command>
}

/** Exit code for a mistake of the operator: message and cure, no stack. */
export const EXIT_MISTAKE = 2

/** Prints every problem and gives the exit code. Warnings do not change it. */
export function reportProblems(context: CliContext, problems: readonly Problem[]): number {
  for (const problem of problems)
    context.err(`${problem.severity ?? 'error'}: ${formatProblem(problem)}`)
  return EXIT_MISTAKE
}

export function createCliLogger(
  context: CliContext,
  options: {
    readonly level: string
    readonly json: boolean
    readonly fields: Record<string, string>
  },
): Logger {
  return createLogger({
    level: LOG_LEVELS.includes(options.level as LogLevel) ? (options.level as LogLevel) : 'info',
    format: options.json ? formatJson : formatLogfmt,
    fields: options.fields,
    write: context.out,
    nowUs: context.clock.nowUs,
  })
}
