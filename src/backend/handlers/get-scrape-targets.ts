import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { json } from '../replies.ts'
import { targetAddress, targetLabels } from '../scrape/scrape-target.ts'

/**
 * `GET /sd`: every sidecar's metrics port, as Prometheus' `http_sd_configs` asks for them.
 * @see https://prometheus.io/docs/prometheus/latest/http_sd/
 */
export const getScrapeTargets =
  ({ registrations }: BackendParts): Handler =>
  async () => {
    const found = await registrations.list()
    const groups = found
      .filter(({ metricsPort }) => metricsPort !== 0)
      .map((registration) => ({
        targets: [targetAddress(registration)],
        labels: {
          ...Object.fromEntries(targetLabels(registration)),
          __meta_sidelight_namespace: registration.namespace,
        },
      }))
    return json(groups, ['Cache-Control', 'no-store'])
  }
