import { disk, startBackend } from './backend-fixture.ts'

/** A backend as a program of its own, for tests that kill it or watch its system calls. */
const [directory = ''] = process.argv.slice(2)
const backend = await startBackend({ store: disk(directory), maxBodyBytes: 10_000_000 })
process.stdout.write(`listening on ${backend.port} as ${process.pid}\n`)
