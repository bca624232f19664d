import type { HttpEndpoint } from './http-endpoint.ts'
import type { HttpEndpointInput } from './schema.ts'

export const toHttpEndpoint = ({ metadata, spec, scopes }: HttpEndpointInput): HttpEndpoint => ({
  name: metadata.name,
  namespace: metadata.namespace ?? '',
  baseUrl: spec.baseUrl,
  scopes: scopes ?? [],
})
