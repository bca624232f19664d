const PROMETHEUS_UID = 'prometheus'
const ZIPKIN_UID = 'zipkin'

/**
 * Both data sources, each leading to the other: a point of an exemplar opens its trace, a span the rate of its service.
 *
 * @see https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources
 */
export const dataSources = (addresses: {
  readonly prometheus: string
  readonly backend: string
}): object => ({
  apiVersion: 1,
  datasources: [
    {
      name: 'Prometheus',
      uid: PROMETHEUS_UID,
      type: 'prometheus',
      access: 'proxy',
      url: `http://${addresses.prometheus}`,
      isDefault: true,
      editable: false,
      jsonData: {
        httpMethod: 'POST',
        timeInterval: '15s',
        exemplarTraceIdDestinations: [{ name: 'trace_id', datasourceUid: ZIPKIN_UID }],
      },
    },
    {
      name: 'Zipkin',
      uid: ZIPKIN_UID,
      type: 'zipkin',
      access: 'proxy',
      url: `http://${addresses.backend}`,
      editable: false,
      jsonData: {
        nodeGraph: { enabled: true },
        tracesToMetrics: {
          datasourceUid: PROMETHEUS_UID,
          spanStartTimeShift: '-5m',
          spanEndTimeShift: '5m',
          tags: [{ key: 'service.name', value: 'app_id' }],
          queries: [
            {
              // Of two signs Grafana keeps one: what is behind a single one is a variable of the environment.
              name: 'Requests of the app',
              query: 'sum by (status) (rate(dapr_http_client_completed_count{$$__tags}[5m]))',
            },
          ],
        },
      },
    },
  ],
})

/** @see https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards */
export const dashboardProvider = (directory: string): object => ({
  apiVersion: 1,
  providers: [
    {
      name: 'sidelight',
      folder: 'Sidelight',
      folderUid: 'sidelight',
      type: 'file',
      disableDeletion: true,
      allowUiUpdates: false,
      options: { path: directory },
    },
  ],
})
