/** Where a signal goes, with all secrets resolved. */
export interface OtlpSettings {
  /** `host:port`, without scheme and path: `otel-collector:4317`. */
  readonly endpointAddress: string
  readonly protocol: 'http' | 'grpc'
  /** Over HTTP. Absent = the signal's own, for example `/v1/traces`. */
  readonly path?: string | undefined
  /** TLS; OTEL_EXPORTER_OTLP_CERTIFICATE, …_CLIENT_CERTIFICATE and …_CLIENT_KEY name its files. */
  readonly isSecure: boolean
  /** Sent with each call. The values are secret. */
  readonly headers: Readonly<Record<string, string>>
  /** Of one attempt. */
  readonly timeoutMs: number
}

/** Who sends: OpenTelemetry's resource. */
export interface OtlpResource {
  readonly serviceName: string
  /** More of its attributes, for example from OTEL_RESOURCE_ATTRIBUTES. */
  readonly attributes?: Readonly<Record<string, string>>
}
