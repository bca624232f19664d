import { subcommands } from '../subcommands.ts'

/** What runs do, kept as files, for the tests of people's CI. */
export const flows = subcommands('flows', {
  record: {
    usage: 'flows record NAME',
    doc: 'keep what the traces of a good run did: services, operations, who calls whom, how often, how slow',
    load: async () => (await import('./flows-record.ts')).flowsRecord,
  },
  check: {
    usage: 'flows check [NAME…]',
    doc: 'compare the traces of a later run with what was kept; exit code 1 when they differ',
    load: async () => (await import('./flows-check.ts')).flowsCheck,
  },
})
