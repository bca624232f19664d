import type { LogFormat } from '../base/logger.ts'

/** Colors that can be told apart on dark and light terminals. */
const COLORS = [36, 33, 35, 32, 34, 96, 93, 95]
const LEVELS: Readonly<Record<string, string>> = { warning: '33', error: '31', fatal: '31' }

/** How lines of several apps look in one terminal: `orders  | text`, a color an app. */
export interface AppLines {
  /** A line that the app wrote itself. */
  app(appId: string, line: string): string
  /** A line of the app's sidecar. */
  readonly sidecarFormat: (appId: string) => LogFormat
}

export function createAppLines(appIds: readonly string[], withColor: boolean): AppLines {
  const width = Math.max(...appIds.map((id) => id.length))
  const paint = (code: number | string, text: string): string =>
    withColor ? `\u001b[${code}m${text}\u001b[0m` : text
  const prefix = (appId: string, mark: string): string =>
    paint(
      COLORS[Math.max(0, appIds.indexOf(appId)) % COLORS.length] as number,
      `${appId.padEnd(width)} ${mark}`,
    )
  return {
    app: (appId, line) => `${prefix(appId, '|')} ${line}`,
    sidecarFormat: (appId) => (_time, level, message, fields) => {
      const extra = Object.entries(fields)
        .filter(([key, value]) => value !== undefined && key !== 'scope')
        .map(([key, value]) => ` ${key}=${value}`)
        .join('')
      const text = `${message}${extra}`
      const color = LEVELS[level]
      return `${prefix(appId, '·')} ${color === undefined ? paint(2, text) : paint(color, `${level}: ${text}`)}`
    },
  }
}
