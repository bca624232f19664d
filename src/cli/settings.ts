/* A table: every flag of every command. Parser, help and docs/reference.md are made of it. */
import { TAP_SELECTORS } from '../wire/tap-event.ts'
import type { Flag } from './flags.ts'

/** Which cluster a command is about. */
const clusterFlags = [
  {
    name: 'kubernetes',
    short: 'k',
    type: 'bool',
    default: 'false',
    doc: 'of a cluster instead of this machine',
  },
  {
    name: 'kubeconfig',
    type: 'string',
    doc: 'file that names the cluster; default: KUBECONFIG, then ~/.kube/config',
  },
  { name: 'context', type: 'string', doc: 'context of the kubeconfig' },
] as const satisfies readonly Flag[]

/** Where operator and injector answer others than sidecars and the API server. */
const probeFlags = [
  {
    name: 'probe-port',
    type: 'port',
    default: '9090',
    doc: 'port of /healthz, /readyz and /metrics',
  },
  {
    name: 'listen-address',
    type: 'string',
    default: '',
    doc: 'comma list of addresses; empty for all',
  },
] as const satisfies readonly Flag[]

/** The cluster and the log of operator and injector. */
const controlFlags = [
  {
    name: 'kubeconfig',
    type: 'string',
    doc: 'file that names the cluster; default: KUBECONFIG, then ~/.kube/config, then the service account of the pod',
  },
  { name: 'context', type: 'string', doc: 'context of the kubeconfig' },
  {
    name: 'log-level',
    type: 'string',
    default: 'info',
    doc: 'debug, info, warning, error or fatal',
  },
  { name: 'log-as-json', type: 'bool', default: 'false', doc: 'one JSON object a log line' },
] as const satisfies readonly Flag[]

/** daprd's flags. @see dapr `cmd/daprd/options/options.go` */
export const sidecarFlags = [
  { name: 'app-id', type: 'string', doc: 'name of the app; peers call it by this' },
  {
    name: 'app-port',
    type: 'port',
    doc: 'port the app listens on; without it the app only calls out',
  },
  {
    name: 'app-protocol',
    type: 'string',
    default: 'http',
    doc: 'how the app is spoken to: http or https',
  },
  {
    name: 'app-channel-address',
    type: 'string',
    default: '127.0.0.1',
    doc: 'host the app listens on',
  },
  {
    name: 'app-max-concurrency',
    type: 'int',
    default: '-1',
    doc: 'calls into the app at a time; -1 for no bound',
  },
  {
    name: 'dapr-http-port',
    type: 'port',
    default: '3500',
    doc: 'port of the HTTP API; 0 takes a free one',
  },
  {
    name: 'dapr-grpc-port',
    type: 'port',
    default: '50001',
    doc: 'port of the gRPC API, which answers UNIMPLEMENTED; 0 takes a free one',
  },
  {
    name: 'dapr-internal-grpc-port',
    type: 'port',
    default: '0',
    doc: 'port for other sidecars; 0 takes a free one',
  },
  {
    name: 'dapr-public-port',
    type: 'port',
    doc: 'port for metadata and health only, without token',
  },
  {
    name: 'dapr-listen-addresses',
    type: 'string',
    default: '',
    doc: 'comma list of addresses of the API ports; empty for all',
  },
  {
    name: 'dapr-internal-grpc-listen-address',
    type: 'string',
    default: '',
    doc: 'address of the port for other sidecars; empty for all',
  },
  {
    name: 'dapr-public-listen-address',
    type: 'string',
    default: '',
    doc: 'address of the public port; empty for all',
  },
  {
    name: 'metrics-port',
    type: 'port',
    default: '9090',
    doc: 'port Prometheus scrapes; 0 takes a free one',
  },
  {
    name: 'metrics-listen-address',
    type: 'string',
    default: '0.0.0.0',
    doc: 'address of the metrics port',
  },
  { name: 'enable-metrics', type: 'bool', default: 'true', doc: 'whether there is a metrics port' },
  {
    name: 'config',
    type: 'list',
    doc: 'Configuration file; repeat it to merge several; watched while running',
  },
  { name: 'max-body-size', type: 'bytes', default: '4Mi', doc: 'largest request body' },
  { name: 'read-buffer-size', type: 'bytes', default: '4Ki', doc: 'largest request head' },
  {
    name: 'allowed-origins',
    type: 'string',
    default: '',
    doc: 'comma list of browser origins that may call; * for all; empty for no CORS handling',
  },
  {
    name: 'enable-api-logging',
    type: 'bool',
    doc: 'log every API call, with its trace id; without it the Configuration decides',
  },
  {
    name: 'enable-app-health-check',
    type: 'bool',
    default: 'false',
    doc: 'probe the app and stop calling it while it is unhealthy',
  },
  { name: 'app-health-check-path', type: 'string', default: '/healthz', doc: 'path of the probe' },
  { name: 'app-health-probe-interval', type: 'int', default: '5', doc: 'seconds between probes' },
  {
    name: 'app-health-probe-timeout',
    type: 'int',
    default: '500',
    doc: 'milliseconds a probe may take',
  },
  {
    name: 'app-health-threshold',
    type: 'int',
    default: '3',
    doc: 'failures in a row until the app is unhealthy',
  },
  {
    name: 'dapr-graceful-shutdown-seconds',
    type: 'int',
    default: '5',
    doc: 'seconds running requests and unsent spans get at a stop',
  },
  {
    name: 'dapr-block-shutdown-duration',
    type: 'durationMs',
    default: '0',
    doc: 'how long the API keeps serving after a stop was asked for',
  },
  {
    name: 'log-level',
    type: 'string',
    default: 'info',
    doc: 'debug, info, warning, error or fatal',
  },
  { name: 'log-as-json', type: 'bool', default: 'false', doc: 'one JSON object a log line' },
  {
    name: 'dapr-lenient',
    type: 'bool',
    default: 'false',
    doc: 'read Configurations as daprd does: a rate that is none is 0.0001, unknown fields are not mentioned',
  },
  {
    name: 'mode',
    type: 'string',
    default: 'standalone',
    doc: 'standalone: resources are files; kubernetes: the operator sends them',
  },
  { name: 'version', type: 'bool', default: 'false', doc: 'print the version and exit' },
  {
    name: 'resources-path',
    type: 'list',
    doc: 'directory of Component files, watched',
  },
  {
    name: 'components-path',
    type: 'list',
    doc: 'the same, by its old name',
  },
  {
    name: 'placement-host-address',
    type: 'string',
    doc: 'placement service',
    noEffect: 'Sidelight has no actors yet',
  },
  {
    name: 'scheduler-host-address',
    type: 'string',
    doc: 'scheduler service',
    noEffect: 'Sidelight has no jobs yet',
  },
  {
    name: 'scheduler-job-streams',
    type: 'int',
    doc: 'streams to the scheduler',
    noEffect: 'Sidelight has no jobs yet',
  },
  {
    name: 'actors-disseminate-timeout',
    type: 'string',
    doc: 'placement dissemination',
    noEffect: 'Sidelight has no actors yet',
  },
  {
    name: 'actors-service',
    type: 'string',
    doc: 'actors service',
    noEffect: 'Sidelight has no actors yet',
  },
  {
    name: 'reminders-service',
    type: 'string',
    doc: 'reminders service',
    noEffect: 'Sidelight has no actors yet',
  },
  {
    name: 'sentry-address',
    type: 'string',
    doc: 'certificate authority',
    noEffect: 'Sidelight has no mTLS yet',
  },
  {
    name: 'sentry-request-jwt-audiences',
    type: 'string',
    doc: 'JWT audiences',
    noEffect: 'Sidelight has no mTLS yet',
  },
  {
    name: 'enable-mtls',
    type: 'bool',
    default: 'false',
    doc: 'mutual TLS between sidecars',
    noEffect: 'Sidelight has no mTLS yet',
  },
  {
    name: 'control-plane-address',
    type: 'string',
    doc: 'HOST:PORT of the operator, in mode kubernetes',
  },
  {
    name: 'control-plane-trust-domain',
    type: 'string',
    doc: 'trust domain',
    noEffect: 'Sidelight has no mTLS yet',
  },
  {
    name: 'control-plane-namespace',
    type: 'string',
    doc: 'namespace of the control plane',
    noEffect: 'the address says where it is',
  },
  {
    name: 'disable-builtin-k8s-secret-store',
    type: 'bool',
    default: 'false',
    doc: 'in mode kubernetes, no secret store of the name kubernetes without a Component',
  },
  {
    name: 'disable-init-endpoints',
    type: 'string',
    default: '',
    doc: 'what the app is not asked for at start: subscribe, config; separated by commas',
  },
  {
    name: 'hot-reload-reconcile-interval',
    type: 'string',
    doc: 'interval of resource reconciliation',
    noEffect: 'resources are looked at four times a second',
  },
  {
    name: 'app-binding-options-timeout',
    type: 'durationMs',
    default: '3s',
    doc: 'how long the app may take to say whether it wants the events of a binding',
  },
  {
    name: 'unix-domain-socket',
    type: 'string',
    doc: 'directory of sockets instead of ports',
    noEffect: 'Sidelight has no Unix domain sockets yet',
  },
  {
    name: 'enable-profiling',
    type: 'bool',
    default: 'false',
    doc: 'profiling server',
    noEffect: 'Sidelight has no profiling yet',
  },
  {
    name: 'profile-port',
    type: 'port',
    doc: 'port of the profiling server',
    noEffect: 'Sidelight has no profiling yet',
  },
  {
    name: 'wait',
    type: 'bool',
    default: 'false',
    doc: 'wait for outbound health and exit',
    noEffect: 'Sidelight has no --wait yet',
  },
  {
    name: 'build-info',
    type: 'bool',
    default: 'false',
    doc: 'print the version and exit',
    deprecated: true,
  },
  {
    name: 'app-ssl',
    type: 'bool',
    default: 'false',
    doc: 'use --app-protocol https',
    deprecated: true,
  },
  { name: 'dapr-http-max-request-size', type: 'int', doc: 'use --max-body-size', deprecated: true },
  {
    name: 'dapr-http-read-buffer-size',
    type: 'int',
    doc: 'use --read-buffer-size',
    deprecated: true,
  },
] as const satisfies readonly Flag[]

/** Flags of `config validate`. */
export const configValidateFlags = [
  { name: 'json', type: 'bool', default: 'false', doc: 'one JSON object instead of lines' },
  {
    name: 'dapr-lenient',
    type: 'bool',
    default: 'false',
    doc: 'accept what daprd reads in silence',
  },
] as const satisfies readonly Flag[]

/** Flags of `config what-if`. */
export const configWhatIfFlags = [
  {
    name: 'backend',
    type: 'string',
    default: 'http://localhost:9411',
    doc: 'trace backend that holds the traces',
  },
  {
    name: 'last',
    type: 'durationMs',
    default: '1h',
    doc: 'how far back traces are looked at, at most 168h',
  },
  { name: 'json', type: 'bool', default: 'false', doc: 'one JSON object instead of tables' },
] as const satisfies readonly Flag[]

/** Flags of `traces`. Named as Zipkin names the parts of a search. */
export const tracesFlags = [
  {
    name: 'backend',
    type: 'string',
    default: 'http://localhost:9411',
    doc: 'a Zipkin, ours or another one',
  },
  { name: 'service', short: 's', type: 'string', doc: 'app id that has a span in the trace' },
  { name: 'name', type: 'string', doc: 'name of a span, for example calllocal/orders/checkout' },
  {
    name: 'query',
    short: 'q',
    type: 'string',
    doc: 'tags, Zipkin’s annotation query: error, or "dapr.status_code=500 and db.name=statestore"',
  },
  {
    name: 'min-duration',
    type: 'durationMs',
    doc: 'a span took at least so long, for example 100ms',
  },
  { name: 'max-duration', type: 'durationMs', doc: 'and at most so long; needs --min-duration' },
  { name: 'last', type: 'durationMs', default: '15m', doc: 'how far back is looked' },
  { name: 'limit', type: 'int', default: '20', doc: 'how many traces, the newest' },
  {
    name: 'follow',
    short: 'f',
    type: 'bool',
    default: 'false',
    doc: 'go on showing those that come',
  },
  { name: 'json', type: 'bool', default: 'false', doc: 'the spans as Zipkin has them, one line' },
] as const satisfies readonly Flag[]

/** Which run `flows` looks at. */
const flowFlags = [
  {
    name: 'backend',
    type: 'string',
    default: 'http://localhost:9411',
    doc: 'a Zipkin, ours or another one',
  },
  { name: 'last', type: 'durationMs', default: '15m', doc: 'how far back the run began' },
  { name: 'limit', type: 'int', default: '100', doc: 'traces that are looked at, the newest' },
  {
    name: 'settle',
    type: 'durationMs',
    default: '1s',
    doc: 'spans come late: looked at again after so long, until nothing has come; 0 looks once',
  },
  { name: 'dir', type: 'string', default: 'flows', doc: 'directory of the flow files' },
] as const satisfies readonly Flag[]

/** Flags of `flows record`. */
export const flowsRecordFlags = [
  { name: 'service', short: 's', type: 'string', doc: 'app id that has a span in the traces' },
  { name: 'name', type: 'string', doc: 'name of a span, for example calllocal/orders/checkout' },
  { name: 'query', short: 'q', type: 'string', doc: 'tags, Zipkin’s annotation query' },
  {
    name: 'headroom',
    type: 'int',
    default: '2',
    doc: 'latency budget as a multiple of what 95 of 100 took; 0 for none',
  },
  ...flowFlags,
] as const satisfies readonly Flag[]

/** Flags of `flows check`. */
export const flowsCheckFlags = [
  ...flowFlags,
  { name: 'json', type: 'bool', default: 'false', doc: 'one JSON object instead of lines' },
  { name: 'junit', type: 'string', doc: 'file to write the outcome to as JUnit’s XML, too' },
] as const satisfies readonly Flag[]

/** Which requests `tap` and `top` watch: the selectors of a tap, and whose. */
const tapSelectorFlags = [
  ...clusterFlags,
  { name: 'namespace', short: 'n', type: 'string', doc: 'with -k, one namespace; default: all' },
  { name: 'way', type: 'string', doc: TAP_SELECTORS.way },
  { name: 'peer', type: 'string', doc: TAP_SELECTORS.peer },
  { name: 'api', type: 'string', doc: TAP_SELECTORS.api },
  { name: 'method', type: 'string', doc: TAP_SELECTORS.method },
  { name: 'path', type: 'string', doc: TAP_SELECTORS.path },
  { name: 'status', type: 'string', doc: TAP_SELECTORS.status },
  { name: 'failed', type: 'bool', doc: 'those that failed alone; =false: those that did not' },
  { name: 'sampled', type: 'bool', doc: 'those that are traced alone; =false: those that are not' },
  { name: 'min-duration', type: 'durationMs', doc: 'those that took so long, for example 100ms' },
  {
    name: 'sidecar',
    type: 'string',
    doc: 'URL of one sidecar, for example http://10.0.0.7:3500; DAPR_API_TOKEN is sent to it. Default: those of this machine',
  },
] as const satisfies readonly Flag[]

/** Flags of `tap`. */
export const tapFlags = [
  ...tapSelectorFlags,
  { name: 'max', type: 'int', default: '100', doc: 'requests a second and sidecar' },
  { name: 'count', type: 'int', doc: 'end after so many' },
  { name: 'json', type: 'bool', default: 'false', doc: 'a JSON object a line' },
] as const satisfies readonly Flag[]

/** Flags of `top`. */
export const topFlags = [
  ...tapSelectorFlags,
  { name: 'window', type: 'durationMs', default: '30s', doc: 'what is older is forgotten' },
  { name: 'interval', type: 'durationMs', default: '1s', doc: 'between two tables' },
  { name: 'count', type: 'int', doc: 'end after so many tables' },
  { name: 'json', type: 'bool', default: 'false', doc: 'a JSON object each interval' },
] as const satisfies readonly Flag[]

/** Flags of `tune`. */
export const tuneFlags = [
  ...clusterFlags,
  {
    name: 'namespace',
    short: 'n',
    type: 'string',
    doc: 'with -k, namespace of the Configuration; default: that of the context',
  },
  {
    name: 'configuration',
    type: 'string',
    doc: 'with -k, the Configuration to change; default: the one that the pods of the apps have',
  },
  { name: 'for', type: 'durationMs', doc: 'how long it holds, from 1s to 168h, for example 10m' },
  {
    name: 'file',
    type: 'string',
    doc: 'Configuration file to write to; default: the one that all sidecars have',
  },
  { name: 'list', type: 'bool', default: 'false', doc: 'show the overrides in force' },
  {
    name: 'clear',
    type: 'bool',
    default: 'false',
    doc: 'remove the overrides that are named, or all that tune has made',
  },
  { name: 'json', type: 'bool', default: 'false', doc: 'one JSON object instead of lines' },
] as const satisfies readonly Flag[]

/** Flags of `doctor`. */
export const doctorFlags = [
  ...clusterFlags,
  { name: 'namespace', short: 'n', type: 'string', doc: 'with -k, one namespace; default: all' },
  { name: 'json', type: 'bool', default: 'false', doc: 'one JSON object instead of lines' },
] as const satisfies readonly Flag[]

export const dashboardsBuildFlags = [
  {
    name: 'out',
    short: 'o',
    type: 'string',
    default: 'dashboards',
    doc: 'directory to write to',
  },
  {
    name: 'slo',
    type: 'string',
    doc: 'file of objectives; default: slo.yaml in the output directory, where one is put: 99.9 % of answers are no 5xx, 99 % come within 300 ms',
  },
  {
    name: 'backend',
    type: 'string',
    default: 'localhost:9411',
    doc: 'host:port of the trace backend, as Prometheus and Grafana reach it',
  },
  {
    name: 'prometheus',
    type: 'string',
    default: 'localhost:9090',
    doc: 'host:port of Prometheus, as Grafana reaches it',
  },
  {
    name: 'grafana-directory',
    type: 'string',
    default: '/etc/grafana/dashboards/sidelight',
    doc: 'where Grafana will find grafana/dashboards',
  },
] as const satisfies readonly Flag[]

export const backendFlags = [
  { name: 'port', type: 'port', default: '9411', doc: 'port of the Zipkin API and the console' },
  {
    name: 'listen-address',
    type: 'string',
    default: '127.0.0.1,::1',
    doc: 'comma list of addresses; empty for all',
  },
  {
    name: 'data',
    type: 'string',
    doc: 'directory of the disk store; default: traces in the Sidelight home',
  },
  { name: 'memory', type: 'bool', default: 'false', doc: 'keep traces in memory only' },
  {
    name: 'upstream',
    type: 'string',
    doc: 'keep no traces: read and send them by the Zipkin API at this URL, for example http://zipkin:9411',
  },
  { name: 'scrape', type: 'bool', default: 'true', doc: 'false: no sidecar is scraped' },
  {
    name: 'scrape-interval',
    type: 'durationMs',
    default: '15s',
    doc: 'time between two scrapes of a sidecar',
  },
  {
    name: 'retain-samples',
    type: 'durationMs',
    default: '4h',
    doc: 'age at which scraped samples are forgotten; they are in memory only',
  },
  {
    name: 'max-sample-memory',
    type: 'bytes',
    default: '64Mi',
    doc: 'bytes of memory beyond which the oldest samples are forgotten',
  },
  {
    name: 'slo',
    type: 'string',
    doc: 'file of objectives for the boards of the console, as of sidelight dashboards build',
  },
  {
    name: 'max-spans',
    type: 'int',
    default: '500000',
    doc: 'spans the memory store keeps; whole oldest traces go first',
  },
  {
    name: 'retain',
    type: 'durationMs',
    default: '168h',
    doc: 'age at which traces are deleted from disk',
  },
  {
    name: 'max-disk',
    type: 'bytes',
    default: '4Gi',
    doc: 'bytes on disk beyond which the oldest traces are deleted',
  },
  {
    name: 'max-body-size',
    type: 'bytes',
    default: '10Mi',
    doc: 'largest POST, after decompression',
  },
  {
    name: 'autocomplete-keys',
    type: 'string',
    default: '',
    doc: 'comma list of tag keys whose values are suggested',
  },
  {
    name: 'strict-trace-id',
    type: 'bool',
    default: 'true',
    doc: 'false: 64-bit and 128-bit ids of one trace are joined',
  },
  { name: 'search', type: 'bool', default: 'true', doc: 'false: traces are found by id only' },
  {
    name: 'allow-clear',
    type: 'bool',
    default: 'false',
    doc: 'POST /admin/clear and the console button that deletes all traces',
  },
  {
    name: 'log-level',
    type: 'string',
    default: 'info',
    doc: 'debug, info, warning, error or fatal',
  },
  { name: 'log-as-json', type: 'bool', default: 'false', doc: 'one JSON object a log line' },
] as const satisfies readonly Flag[]

/** Flags of the Dapr CLI's `run`. */
export const runFlags = [
  {
    name: 'run-file',
    short: 'f',
    type: 'string',
    doc: 'multi-app run file, or a directory with dapr.yaml',
  },
  { name: 'app-id', short: 'a', type: 'string', doc: 'name of the app' },
  { name: 'app-port', short: 'p', type: 'port', doc: 'port the app listens on' },
  { name: 'app-protocol', short: 'P', type: 'string', default: 'http', doc: 'http or https' },
  {
    name: 'dapr-http-port',
    short: 'H',
    type: 'port',
    default: '0',
    doc: 'port of the HTTP API; 0 takes a free one',
  },
  {
    name: 'dapr-grpc-port',
    short: 'G',
    type: 'port',
    default: '0',
    doc: 'port of the gRPC API; 0 takes a free one',
  },
  {
    name: 'metrics-port',
    short: 'M',
    type: 'port',
    default: '0',
    doc: 'port Prometheus scrapes; 0 takes a free one',
  },
  {
    name: 'config',
    short: 'c',
    type: 'list',
    doc: 'Configuration file; default: config.yaml in the Sidelight home',
  },
  { name: 'app-max-concurrency', type: 'int', default: '-1', doc: 'calls into the app at a time' },
  {
    name: 'enable-api-logging',
    type: 'bool',
    doc: 'log every API call; without it the Configuration decides',
  },
  { name: 'max-body-size', type: 'bytes', default: '4Mi', doc: 'largest request body' },
  {
    name: 'log-level',
    type: 'string',
    default: 'info',
    doc: 'debug, info, warning, error or fatal',
  },
  {
    name: 'backend',
    type: 'bool',
    default: 'true',
    doc: 'start the trace backend and console too, unless one is there',
  },
  {
    name: 'backend-port',
    type: 'port',
    default: '9411',
    doc: 'port of the trace backend and console',
  },
  {
    name: 'resources-path',
    short: 'd',
    type: 'list',
    doc: 'directory of Component files, watched',
  },
] as const satisfies readonly Flag[]

/** Of `sidelight injector`. */
export const injectorFlags = [
  { name: 'port', type: 'port', default: '4000', doc: 'port of the webhook, HTTPS' },
  ...probeFlags,
  {
    name: 'webhook',
    type: 'string',
    default: 'sidelight-injector',
    doc: 'MutatingWebhookConfiguration whose caBundle is kept',
  },
  {
    name: 'zipkin',
    type: 'string',
    doc: 'where spans of reviews go, for example http://zipkin:9411/api/v2/spans; without it there are none',
  },
  ...controlFlags,
] as const satisfies readonly Flag[]

/** Of `sidelight status|components|configurations`. [dapr: cli] */
export const kubeListFlags = [
  ...clusterFlags,
  { name: 'namespace', short: 'n', type: 'string', doc: 'one namespace; default: all' },
  { name: 'all-namespaces', short: 'A', type: 'bool', default: 'false', doc: 'all namespaces' },
  { name: 'output', short: 'o', type: 'string', default: 'table', doc: 'table, json or yaml' },
] as const satisfies readonly Flag[]

const waitFlags = [
  {
    name: 'wait',
    type: 'bool',
    default: 'true',
    doc: 'wait until all that was applied is ready',
  },
  {
    name: 'timeout',
    type: 'durationMs',
    default: '5m',
    doc: 'how long; what is not ready by then is named, with what keeps it',
  },
] as const satisfies readonly Flag[]

const dryRun = {
  name: 'dry-run',
  type: 'bool',
  default: 'false',
  doc: 'let the API server check everything, and change nothing',
} as const satisfies Flag

/** Of `sidelight init`. [dapr: cli/cmd/init.go] */
export const initFlags = [
  ...clusterFlags,
  {
    name: 'namespace',
    short: 'n',
    type: 'string',
    default: 'sidelight-system',
    doc: 'namespace of the control plane, made if it is not there',
  },
  {
    name: 'without',
    type: 'list',
    doc: 'part to leave out: zipkin, prometheus, grafana or redis; comma list, or repeated',
  },
  {
    name: 'zipkin',
    type: 'string',
    doc: 'base URL of a Zipkin of yours, for example http://zipkin.tracing:9411; needed with --without zipkin',
  },
  {
    name: 'image',
    type: 'string',
    doc: 'image of control plane and sidecars; default: sidelight/sidelight of this version',
  },
  {
    name: 'beside-dapr',
    type: 'bool',
    doc: 'leave definitions and Services to Dapr, inject only pods labelled sidelight.dev/inject: "true"; default: when Dapr is found',
  },
  dryRun,
  {
    name: 'print',
    type: 'bool',
    default: 'false',
    doc: 'write the manifests to standard output instead; no cluster is asked',
  },
  ...waitFlags,
] as const satisfies readonly Flag[]

/** Of `sidelight upgrade`. [dapr: cli/cmd/upgrade.go] */
export const upgradeFlags = [
  ...clusterFlags,
  {
    name: 'image',
    type: 'string',
    doc: 'image of control plane and sidecars; default: sidelight/sidelight of this version',
  },
  dryRun,
  ...waitFlags,
] as const satisfies readonly Flag[]

/** Of `sidelight uninstall`. [dapr: cli/cmd/uninstall.go] */
export const uninstallFlags = [
  ...clusterFlags,
  {
    name: 'all',
    type: 'bool',
    default: 'false',
    doc: 'also the definitions, and with them every Component and Configuration, the namespace and its volumes',
  },
  {
    name: 'yes',
    short: 'y',
    type: 'bool',
    default: 'false',
    doc: 'with --all: delete although there are resources of yours',
  },
  { ...dryRun, doc: 'say what would be deleted, and delete nothing' },
] as const satisfies readonly Flag[]

/** Of `sidelight logs`. [dapr: cli/cmd/logs.go] */
export const logsFlags = [
  ...clusterFlags,
  { name: 'app-id', short: 'a', type: 'string', doc: 'app whose sidecars are read; needed' },
  { name: 'namespace', short: 'n', type: 'string', doc: 'namespace of the app; default: all' },
  { name: 'pod-name', short: 'p', type: 'string', doc: 'one pod; default: all of the app' },
  { name: 'follow', short: 'f', type: 'bool', default: 'false', doc: 'go on with what comes' },
  { name: 'tail', type: 'int', doc: 'lines of each pod from its end; default: all' },
  { name: 'since', type: 'durationMs', doc: 'not older than this, for example 10m' },
  {
    name: 'container',
    type: 'string',
    default: 'daprd',
    doc: 'container to read: the sidecar’s, or one of the app’s',
  },
] as const satisfies readonly Flag[]

/** Of `sidelight dashboard`. [dapr: cli/cmd/dashboard.go] */
export const dashboardFlags = [
  ...clusterFlags,
  {
    name: 'namespace',
    short: 'n',
    type: 'string',
    doc: 'namespace of the control plane; default: where it is found',
  },
  {
    name: 'port',
    short: 'p',
    type: 'port',
    default: '0',
    doc: 'port of this machine; 0 takes the service’s, or a free one when that is taken',
  },
  { name: 'open', type: 'bool', default: 'true', doc: 'open it in the browser, at a terminal' },
] as const satisfies readonly Flag[]

export const operatorFlags = [
  { name: 'port', type: 'port', default: '6500', doc: 'port for sidecars, HTTPS' },
  ...probeFlags,
  {
    name: 'default-configuration',
    type: 'string',
    default: '/etc/sidelight/configuration.yaml',
    doc: 'manifest of the Configuration that is created where there is no default one',
  },
  {
    name: 'beside-dapr',
    type: 'bool',
    default: 'false',
    doc: 'Dapr is installed, too: leave its definitions and Services alone',
  },
  {
    name: 'zipkin',
    type: 'string',
    doc: 'where spans of changes go, from the API server to the last sidecar, for example http://zipkin:9411/api/v2/spans; without it there are none',
  },
  ...controlFlags,
] as const satisfies readonly Flag[]

/** Of `sidelight operator`. */
export const operatorEnvironment = [
  { name: 'NAMESPACE', doc: 'namespace of the control plane (default sidelight-system)' },
  { name: 'POD_NAME', doc: 'name of the pod, by which replicas tell who leads; needed' },
  { name: 'KUBE_CLUSTER_DOMAIN', doc: 'domain of the cluster’s DNS (default cluster.local)' },
] as const

/** Of `sidelight injector`. [dapr: cmd/injector] */
export const injectorEnvironment = [
  { name: 'SIDECAR_IMAGE', doc: 'image of the sidecar; needed' },
  {
    name: 'SIDECAR_IMAGE_PULL_POLICY',
    doc: 'Always, IfNotPresent or Never (default IfNotPresent)',
  },
  { name: 'NAMESPACE', doc: 'namespace of the control plane (default sidelight-system)' },
  { name: 'KUBE_CLUSTER_DOMAIN', doc: 'domain of the cluster’s DNS (default cluster.local)' },
  {
    name: 'ALLOWED_SERVICE_ACCOUNTS',
    doc: 'comma list of NAMESPACE:NAME whose pods are injected besides those of controllers; * stands for any text (also ALLOWED_SERVICE_ACCOUNTS_PREFIX_NAMES)',
  },
  {
    name: 'NATIVE_SIDECAR_ENABLED',
    doc: 'true: a sidecar is an init container that stays, unless a pod says otherwise',
  },
] as const

/** Environment variables that are read, and by whom. Secrets have no flag: flags show up in process lists. */
export const environment = [
  {
    name: 'SIDELIGHT_HOME',
    doc: 'directory of registrations, traces and the default Configuration (default ~/.sidelight)',
  },
  { name: 'DAPR_API_TOKEN', doc: 'token that clients of the sidecar must send' },
  { name: 'APP_API_TOKEN', doc: 'token that the sidecar sends to the app' },
  { name: 'NAMESPACE', doc: 'namespace of the app (default "default")' },
  {
    name: 'OTEL_SERVICE_NAME',
    doc: 'service name of spans and pushed metrics (default the app id)',
  },
  { name: 'OTEL_RESOURCE_ATTRIBUTES', doc: 'key=value,… on all spans and pushed metrics' },
  {
    name: 'OTEL_BSP_SCHEDULE_DELAY',
    doc: 'milliseconds until a batch that is not full is sent (default 1000)',
  },
  { name: 'OTEL_BSP_EXPORT_TIMEOUT', doc: 'milliseconds an export may take (default 30000)' },
  { name: 'OTEL_BSP_MAX_QUEUE_SIZE', doc: 'spans that wait for an exporter (default 2048)' },
  { name: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', doc: 'spans of a batch (default 512)' },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    doc: 'OTLP receiver of spans, where no Configuration names one; OTEL_EXPORTER_OTLP_TRACES_ENDPOINT goes before. Alone it asks for no push of metrics',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    doc: 'http/protobuf, or gRPC for all else (also …_TRACES_PROTOCOL and …_METRICS_PROTOCOL)',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_INSECURE',
    doc: 'true: no TLS to the OTLP receiver; for metrics the scheme of the endpoint decides, if it has one',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    doc: 'name=value,… sent to the OTLP receiver (also …_TRACES_HEADERS and …_METRICS_HEADERS)',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_TIMEOUT',
    doc: 'milliseconds one OTLP call may take (default 10000; also …_TRACES_TIMEOUT and …_METRICS_TIMEOUT)',
  },
  {
    name: 'OTEL_METRICS_EXPORTER',
    doc: 'otlp: metrics are pushed, besides being scraped; none or prometheus: they are not, whatever else is set',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    doc: 'URL that metrics are pushed to, over HTTP unless told otherwise; default for OTEL_METRICS_EXPORTER=otlp: that of all signals, over gRPC, else http://localhost:4318',
  },
  {
    name: 'OTEL_METRIC_EXPORT_INTERVAL',
    doc: 'milliseconds from one push to the next (default 60000)',
  },
  { name: 'OTEL_METRIC_EXPORT_TIMEOUT', doc: 'milliseconds a push may take (default 30000)' },
] as const
