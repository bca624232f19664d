import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ChildProgram extends AsyncDisposable {
  readonly pid: number
  readonly stdout: string
  readonly stderr: string
  /** Both, as they came. */
  readonly output: string
  readonly exit: Promise<Exit>
  /** Undefined while it runs. */
  readonly exited: Exit | undefined
  /**
   * The first line of the output, also of what has come already, that the pattern finds. Fails at
   * the deadline (default 15 s) and when the program ends without it, with the output in the message.
   */
  waitForLine(pattern: RegExp, options?: { readonly deadlineMs?: number }): Promise<RegExpExecArray>
  kill(signal?: NodeJS.Signals): void
  /** Closes our end of its output: what it writes next finds no reader. */
  closeOutput(): void
  /** Sends the signal (default SIGTERM) and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Exit>
}

export interface ChildSettings {
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Whether it also sees this process's environment. Default true. */
  readonly inheritEnv?: boolean
  readonly cwd?: string
  /** Its standard input stays open for as long as we live. Default: it has none. */
  readonly lifeline?: boolean
}

const running = new Set<ChildProcess>()
/** A run that dies must not leave programs behind. */
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a real program. Disposal kills it if it still runs. */
export async function startProgram(
  command: string,
  args: readonly string[],
  { env = {}, inheritEnv = true, cwd, lifeline = false }: ChildSettings = {},
): Promise<ChildProgram> {
  const child = spawn(command, args, {
    env: inheritEnv ? { ...process.env, ...env } : env,
    stdio: [lifeline ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  }) as ChildProcessByStdio<Writable | null, Readable, Readable>
  const text = { stdout: '', stderr: '', output: '' }
  const watchers = new Set<() => void>()
  let exited: Exit | undefined
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk
      text.output += chunk
      for (const watch of watchers) watch()
    })
  running.add(child)
  // 'close' comes after the last output, 'exit' may come before it.
  const exit = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      exited = { code, signal }
      running.delete(child)
      resolve(exited)
      for (const watch of watchers) watch()
    })
  })
  try {
    await once(child, 'spawn')
  } catch (cause) {
    throw new Error(`cannot start ${command}`, { cause })
  }

  return {
    pid: child.pid ?? 0,
    get stdout() {
      return text.stdout
    },
    get stderr() {
      return text.stderr
    },
    get output() {
      return text.output
    },
    get exited() {
      return exited
    },
    exit,
    waitForLine(pattern, { deadlineMs = 15_000 } = {}) {
      return new Promise((resolve, reject) => {
        const fail = (why: string): void => {
          finish()
          reject(new Error(`${command}: no line like ${pattern} ${why}; output:\n${text.output}`))
        }
        const timer = setTimeout(() => fail(`within ${deadlineMs} ms`), deadlineMs)
        const finish = (): void => {
          clearTimeout(timer)
          watchers.delete(look)
        }
        const look = (): void => {
          const found = firstMatch(text.output, pattern)
          if (found !== undefined) {
            finish()
            resolve(found)
          } else if (exited !== undefined) {
            fail(`before it ended with code ${exited.code}, signal ${exited.signal}`)
          }
        }
        watchers.add(look)
        look()
      })
    },
    kill(signal = 'SIGTERM') {
      child.kill(signal)
    },
    closeOutput() {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return exit
    },
    async [Symbol.asyncDispose]() {
      if (exited === undefined) child.kill('SIGKILL')
      await exit
    },
  }
}

function firstMatch(output: string, pattern: RegExp): RegExpExecArray | undefined {
  const once = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''))
  for (const line of output.split('\n')) {
    const found = once.exec(line)
    if (found !== null) return found
  }
  return undefined
}
