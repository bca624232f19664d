export { createOtlpExporter, type OtlpExporter } from './otlp-exporter.ts'
export { createOtlpMetricExporter } from './otlp-metric-exporter.ts'
export type { OtlpResource, OtlpSettings } from './otlp-settings.ts'
