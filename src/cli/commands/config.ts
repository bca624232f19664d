import { nearest } from '../../base/nearest.ts'
import { type Command, EXIT_MISTAKE } from '../cli-context.ts'

/** What can be done with Configurations; each is loaded when it is asked for. */
const subcommands: Readonly<
  Record<string, { readonly usage: string; readonly doc: string; load(): Promise<Command> }>
> = {
  validate: {
    usage: 'config validate PATH…',
    doc: 'check files, directories and manifests; - is standard input',
    load: async () => (await import('./config-validate.ts')).configValidate,
  },
  'what-if': {
    usage: 'config what-if FILE',
    doc: 'what it would have kept of the recorded traces',
    load: async () => (await import('./config-what-if.ts')).configWhatIf,
  },
}

export const config: Command = async ([name = '--help', ...rest], context) => {
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
  if (subcommand !== undefined) return (await subcommand.load())(rest, context)
  if (['help', '--help', '-h'].includes(name)) {
    for (const { usage, doc } of Object.values(subcommands))
      context.out(`sidelight ${usage}  ${doc}`)
    return 0
  }
  const meant = nearest(name, Object.keys(subcommands))
  const cure = meant === undefined ? 'sidelight config lists them' : `did you mean ${meant}?`
  context.err(`error: no command config ${JSON.stringify(name)}; ${cure}`)
  return EXIT_MISTAKE
}
