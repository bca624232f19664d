export { compileTelemetry, type TelemetryPolicy } from './compile-telemetry.ts'
