import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ChildProgram, type ChildSettings, startProgram } from './child-program.ts'

/** The program as users get it: the built one. */
export const CLI = fileURLToPath(new URL('../../dist/cli/sidelight.js', import.meta.url))

/**
 * `await using sidecar = await spawnCli(['sidecar', '--app-id=orders'])`, then
 * `await sidecar.waitForLine(/ready/)`. Killed at the end of the block.
 */
export function spawnCli(
  args: readonly string[],
  settings: ChildSettings = {},
): Promise<ChildProgram> {
  if (!existsSync(CLI)) throw new Error(`${CLI} is not built: npm run build`)
  return startProgram(process.execPath, [CLI, ...args], settings)
}
