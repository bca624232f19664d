import { subcommands } from '../subcommands.ts'

/** What can be done with Configurations. */
export const config = subcommands('config', {
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
})
