import { nearest } from '../base/nearest.ts'
import { type Command, EXIT_MISTAKE } from './cli-context.ts'

export interface Subcommand {
  readonly usage: string
  readonly doc: string
  load(): Promise<Command>
}

/** A command of several words, for example `config validate`; each is loaded when it is asked for. */
export const subcommands =
  (command: string, table: Readonly<Record<string, Subcommand>>): Command =>
  async ([name = '--help', ...rest], context) => {
    const subcommand = Object.hasOwn(table, name) ? table[name] : undefined
    if (subcommand !== undefined) return (await subcommand.load())(rest, context)
    if (['help', '--help', '-h'].includes(name)) {
      for (const { usage, doc } of Object.values(table)) context.out(`sidelight ${usage}  ${doc}`)
      return 0
    }
    const meant = nearest(name, Object.keys(table))
    const cure = meant === undefined ? `sidelight ${command} lists them` : `did you mean ${meant}?`
    context.err(`error: no command ${command} ${JSON.stringify(name)}; ${cure}`)
    return EXIT_MISTAKE
  }
