import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { Fault, messageOf } from '../base/fault.ts'
import type { ProcessGuard } from './process-guard.ts'

export interface AppProcess {
  readonly pid: number
  /** Settles when the process ends, by itself or by `stop`. */
  readonly exited: Promise<AppExit>
  /** SIGTERM, and SIGKILL after `graceMs`. */
  stop(graceMs: number): Promise<void>
}

export interface AppExit {
  /** `undefined` when a signal ended it. */
  readonly code: number | undefined
  readonly signal: string | undefined
}

export interface AppProcessOptions {
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Gets each line of stdout and stderr. */
  readonly onLine: (line: string) => void
  /** Signals a whole process group, so that a stop reaches what the app has started in turn. */
  readonly signalGroup: (pid: number, signal: 'SIGTERM' | 'SIGKILL') => void
  readonly guard: ProcessGuard
}

/**
 * Starts a user's app in a process group of its own.
 *
 * @throws Fault `APP_NOT_STARTED`
 */
export async function startAppProcess(
  command: readonly string[],
  { directory, env, onLine, signalGroup, guard }: AppProcessOptions,
): Promise<AppProcess> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: directory,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const group = child.pid
  if (group !== undefined) guard.add(group)
  const exited = new Promise<AppExit>((resolve) => {
    child.on('exit', (code, signal) => {
      if (group !== undefined) guard.remove(group)
      resolve({ code: code ?? undefined, signal: signal ?? undefined })
    })
  })
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', onLine)
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid as number))
    child.once('error', (cause) => {
      const reason = messageOf(cause)
      reject(
        new Fault(
          'APP_NOT_STARTED',
          `cannot start ${command.join(' ')} in ${directory}: ${reason}`,
          {
            cause,
          },
        ),
      )
    })
  })
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  return {
    pid,
    exited,
    async stop(graceMs) {
      if (isRunning()) signalGroup(pid, 'SIGTERM')
      const kill = setTimeout(() => {
        if (isRunning()) signalGroup(pid, 'SIGKILL')
      }, graceMs)
      await exited
      clearTimeout(kill)
    },
  }
}
