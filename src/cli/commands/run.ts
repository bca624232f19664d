import type { Command } from '../cli-context.ts'
export const run: Command = async () => 1
export const up = run
