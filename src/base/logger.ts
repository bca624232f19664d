/** Log fields: flat, no secrets, no request bodies. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export const LOG_LEVELS = ['debug', 'info', 'warning', 'error', 'fatal'] as const
/** daprd's level names (`--log-level`). */
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warning(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  fatal(message: string, fields?: LogFields): void
  /** The same logger with more fields on each line, for example `{ scope: 'dapr.runtime.trace' }`. */
  child(fields: LogFields): Logger
}

export interface LoggerOptions {
  readonly level: LogLevel
  readonly format: LogFormat
  readonly fields: LogFields
  /** Takes one line without its newline. */
  readonly write: (line: string) => void
  readonly nowUs: () => number
}

/** Turns one event into one line. */
export type LogFormat = (
  time: string,
  level: LogLevel,
  message: string,
  fields: LogFields,
) => string

/** daprd's default form: `time="…" level=info msg="…" app_id=orders scope=dapr.runtime`. */
export const formatLogfmt: LogFormat = (time, level, message, fields) => {
  let line = `time=${JSON.stringify(time)} level=${level} msg=${JSON.stringify(message)}`
  for (const [key, value] of Object.entries(fields))
    if (value !== undefined) line += ` ${key}=${formatLogfmtValue(value)}`
  return line
}

/** daprd's `--log-as-json` form. */
export const formatJson: LogFormat = (time, level, message, fields) =>
  JSON.stringify({ ...fields, level, msg: message, time })

const formatLogfmtValue = (value: string | number | boolean): string => {
  const text = String(value)
  return /^[\w.:/@+-]+$/.test(text) ? text : JSON.stringify(text)
}

export function createLogger(options: LoggerOptions): Logger {
  const lowest = LOG_LEVELS.indexOf(options.level)
  const log = (level: LogLevel, message: string, fields?: LogFields): void => {
    if (LOG_LEVELS.indexOf(level) < lowest) return
    const time = new Date(options.nowUs() / 1000).toISOString()
    options.write(options.format(time, level, message, { ...options.fields, ...fields }))
  }
  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warning: (message, fields) => log('warning', message, fields),
    error: (message, fields) => log('error', message, fields),
    fatal: (message, fields) => log('fatal', message, fields),
    child: (fields) => createLogger({ ...options, fields: { ...options.fields, ...fields } }),
  }
}

const ignore = (): void => {}
/** For tests and tools that want no log. */
export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warning: ignore,
  error: ignore,
  fatal: ignore,
  child: () => silentLogger,
}
