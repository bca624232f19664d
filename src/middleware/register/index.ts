/**
 * `node --import sidelight/register app.js`: what `sidelight/carry` does, and the app's own spans and metrics by
 * OpenTelemetry, sent to its sidecar. The standard `OTEL_*` variables win over all of it.
 */
import { type Registered, register } from './register.ts'

const KEY = Symbol.for('sidelight.register')

const home = globalThis as { [KEY]?: Registered }
// Preloaded, and imported by the app once more: one records.
home[KEY] ??= register(process.env)

/** Sends what waits, and ends recording. Ends by itself at SIGTERM, SIGINT, and when the app has nothing left to do. */
export const shutdown = (): Promise<void> => home[KEY]?.shutdown() ?? Promise.resolve()
