import type { Command } from '../cli-context.ts'
export const backend: Command = async () => 1
