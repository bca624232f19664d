import type { LogFormat } from '../base/logger.ts'

/** Colors that can be told apart on dark and light terminals. */
const COLORS = [36, 33, 35, 32, 34, 96, 93, 95]
/** Last and dim: they are for copying, and no reading matter. */
const TRACE_FIELDS: ReadonlySet<string> = new Set(['trace_id', 'span_id', 'trace_flags'])
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
      const shown = Object.entries(fields).filter(
        ([key, value]) => value !== undefined && key !== 'scope',
      )
      const textOf = (ofTrace: boolean): string =>
        shown
          .filter(([key]) => TRACE_FIELDS.has(key) === ofTrace)
          .map(([key, value]) => ` ${key}=${value}`)
          .join('')
      const text = `${message}${textOf(false)}`
      const color = LEVELS[level]
      const trace = textOf(true)
      return [
        prefix(appId, '·'),
        ' ',
        color === undefined ? paint(2, text) : paint(color, `${level}: ${text}`),
        trace === '' ? '' : paint(2, trace),
      ].join('')
    },
  }
}
