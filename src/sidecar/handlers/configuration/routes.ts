import type { ApiRoute, Handler } from '../../exchange.ts'
import type { ConfigurationParts } from './configuration-parts.ts'
import { configurationDocs } from './docs.ts'
import { getConfiguration } from './get-configuration.ts'
import { subscribeConfiguration } from './subscribe-configuration.ts'
import { unsubscribeConfiguration } from './unsubscribe-configuration.ts'

/** @see dapr `pkg/api/http/http.go` constructConfigurationEndpoints */
export const configurationRoutes = (parts: ConfigurationParts): readonly ApiRoute[] =>
  ['v1.0', 'v1.0-alpha1'].flatMap((version) => [
    configuration(version, '', 'get', getConfiguration(parts)),
    configuration(version, '/subscribe', 'subscribe', subscribeConfiguration(parts)),
    configuration(version, '/{id}/unsubscribe', 'unsubscribe', unsubscribeConfiguration(parts)),
  ])

const configuration = (
  version: string,
  below: string,
  operation: keyof typeof configurationDocs,
  handler: Handler,
): ApiRoute => ({
  method: 'GET',
  template: `/${version}/configuration/{store}${below}`,
  group: 'configuration',
  operation: `configuration.${operation}`,
  handler,
  secretParams: ['id'],
  doc: configurationDocs[operation],
})
