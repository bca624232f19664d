import { execFileSync } from 'node:child_process'

/** A command in a real terminal. */
export interface Terminal extends Disposable {
  /** What is on the screen, without blank lines at its end. */
  screen(): readonly string[]
  /** For example `C-c`. */
  press(key: string): void
  /** Whether the command still runs. */
  isOpen(): boolean
}

let terminals = 0

/** Needs the partner `tmux`. */
export function openTerminal(
  command: string,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): Terminal {
  const socket = `sidelight-${process.pid}-${++terminals}`
  const tmux = (...args: readonly string[]): string =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  const attempt = (...args: readonly string[]): string | undefined => {
    try {
      return tmux(...args)
    } catch {
      // It ends with its last session.
      return undefined
    }
  }
  tmux('new-session', '-d', '-s', 'one', '-x', String(columns), '-y', String(rows), command)
  return {
    screen: () => (attempt('capture-pane', '-p', '-t', 'one') ?? '').trimEnd().split('\n'),
    press: (key) => void attempt('send-keys', '-t', 'one', key),
    isOpen: () => attempt('has-session', '-t', 'one') !== undefined,
    [Symbol.dispose]: () => void attempt('kill-server'),
  }
}
