import { counter, gauge } from '../telemetry/index.ts'

/**
 * What every sidecar says of its process: Prometheus' own names, recorded by the metrics library.
 *
 * @see https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
 */
export const processMetrics = {
  cpu: counter('process_cpu_seconds_total', {
    help: 'Total user and system CPU time spent in seconds.',
    labels: [],
  }),
  memory: gauge('process_resident_memory_bytes', {
    help: 'Resident memory size in bytes.',
    labels: [],
  }),
  started: gauge('process_start_time_seconds', {
    help: 'Start time of the process since unix epoch in seconds.',
    labels: [],
  }),
  openFiles: gauge('process_open_fds', {
    help: 'Number of open file descriptors.',
    labels: [],
  }),
  heap: gauge('nodejs_heap_size_used_bytes', {
    help: 'Process heap size used from Node.js in bytes.',
    labels: [],
  }),
  eventLoopLag: gauge('nodejs_eventloop_lag_p99_seconds', {
    help: 'The 99th percentile of the recorded event loop delays.',
    labels: [],
  }),
} as const
