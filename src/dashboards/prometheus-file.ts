/** What a Prometheus beside the backend is started with. @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
export const prometheusFile = (backend: string): object => ({
  global: { scrape_interval: '15s', evaluation_interval: '15s' },
  rule_files: ['recording.rules.yaml', 'alerting.rules.yaml'],
  scrape_configs: [
    {
      job_name: 'sidelight',
      // A new sidecar is scraped within five seconds.
      // A sidecar's own labels win: its app_id is the same as that of the list.
      honor_labels: true,
      http_sd_configs: [{ url: `http://${backend}/sd`, refresh_interval: '5s' }],
    },
    { job_name: 'sidelight-backend', static_configs: [{ targets: [backend] }] },
  ],
})
