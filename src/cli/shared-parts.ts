import { hostname } from 'node:os'
import { join } from 'node:path'
import { VERSION } from '../base/version.ts'
import type { SharedParts } from '../local/index.ts'
import { createRegistrationDirectory, createSender } from '../net/index.ts'
import type { CliContext } from './cli-context.ts'
import { isProcessAlive } from './is-process-alive.ts'

/** What the sidecars of this process share. */
export const createSharedParts = ({ clock, env, home, pid }: CliContext): SharedParts => ({
  clock,
  env,
  registrations: createRegistrationDirectory(home, isProcessAlive),
  sender: createSender({ userAgent: `sidelight/${VERSION}` }),
  hostName: hostname(),
  pid,
  secretsDirectory: join(home, 'secrets'),
  componentParts: new Map(),
})
