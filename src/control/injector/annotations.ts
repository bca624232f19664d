import { nearest } from '../../base/nearest.ts'
import {
  bool,
  bytes,
  duration,
  integer,
  oneOf,
  pairs,
  port,
  quantity,
  type Reader,
  secretKeys,
  text,
} from './annotation-readers.ts'

export const PREFIX = 'dapr.io/'
const seconds = integer(0, 86_400)
const count = integer(1, 1_000)

/** `dapr.io/NAME` of a pod. [dapr: pkg/injector/patcher/sidecar.go] */
export const annotations = {
  enabled: bool,
  'app-id': text,
  'app-port': port,
  'app-protocol': oneOf('http', 'https'),
  'app-ssl': bool,
  'app-max-concurrency': integer(-1, 1_000_000),
  'app-channel-address': text,
  'app-token-secret': text,
  'api-token-secret': text,
  config: text,
  'log-level': oneOf('debug', 'info', 'warn', 'warning', 'error', 'fatal'),
  'log-as-json': bool,
  'enable-api-logging': bool,
  'enable-metrics': bool,
  'metrics-port': port,
  env: pairs('='),
  'env-from-secret': secretKeys,
  'grpc-port': port,
  'internal-grpc-port': port,
  'sidecar-listen-addresses': text,
  'sidecar-image': text,
  'sidecar-cpu-request': quantity,
  'sidecar-cpu-limit': quantity,
  'sidecar-memory-request': quantity,
  'sidecar-memory-limit': quantity,
  'sidecar-liveness-probe-delay-seconds': seconds,
  'sidecar-liveness-probe-timeout-seconds': count,
  'sidecar-liveness-probe-period-seconds': count,
  'sidecar-liveness-probe-threshold': count,
  'sidecar-readiness-probe-delay-seconds': seconds,
  'sidecar-readiness-probe-timeout-seconds': count,
  'sidecar-readiness-probe-period-seconds': count,
  'sidecar-readiness-probe-threshold': count,
  'sidecar-seccomp-profile-type': text,
  'max-body-size': bytes,
  'read-buffer-size': bytes,
  'http-max-request-size': integer(1, 1_000_000),
  'http-read-buffer-size': integer(1, 1_000_000),
  'graceful-shutdown-seconds': integer(-1, 86_400),
  'block-shutdown-duration': duration,
  'volume-mounts': pairs(':'),
  'volume-mounts-rw': pairs(':'),
  'enable-app-health-check': bool,
  'app-health-check-path': text,
  'app-health-probe-interval': count,
  'app-health-probe-timeout': integer(1, 600_000),
  'app-health-threshold': count,
  'app-binding-options-timeout': duration,
  'sidecar-svc-annotations': pairs('='),
  'disable-builtin-k8s-secret-store': bool,
  'disable-init-endpoints': text,
  'enable-native-sidecar': bool,
} as const satisfies Readonly<Record<string, Reader<unknown>>>

export type AnnotationName = keyof typeof annotations
type ValueOf<R> = R extends Reader<infer T> ? T : never
export type AnnotationValues = {
  readonly [N in AnnotationName]?: ValueOf<(typeof annotations)[N]>
}

/** Names of 2020. [dapr v0.8.0: pkg/injector] */
const OLD_NAMES: ReadonlyMap<string, AnnotationName> = new Map([
  ['id', 'app-id'],
  ['port', 'app-port'],
  ['protocol', 'app-protocol'],
  ['max-concurrency', 'app-max-concurrency'],
])

/** Dapr's, for what does not exist here. They are said, and change nothing. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'actors-disseminate-timeout',
  'component-container',
  'debug-port',
  'enable-debug',
  'enable-profiling',
  'inject-pluggable-components',
  'placement-host-address',
  'pluggable-components',
  'pluggable-components-sockets-folder',
  'profiling',
  'scheduler-host-address',
  'sentry-request-jwt-audiences',
  'unix-domain-socket-path',
])

/** Every name that means something, to us or to Dapr. */
export const KNOWN_NAMES: readonly string[] = [
  ...Object.keys(annotations),
  ...OLD_NAMES.keys(),
  ...WITHOUT_EFFECT,
]

export interface ReadAnnotations {
  readonly values: AnnotationValues
  /** What is not as meant, a sentence each. None of it stops the injection. */
  readonly findings: readonly string[]
}

/** Reads what a pod says of its sidecar. A malformed annotation counts as absent, and is a finding: never a silent default. */
export function readAnnotations(all: Readonly<Record<string, string>> = {}): ReadAnnotations {
  const values: Record<string, unknown> = {}
  const findings: string[] = []
  for (const [key, value] of Object.entries(all).sort()) {
    if (!key.startsWith(PREFIX)) continue
    const written = key.slice(PREFIX.length)
    const name = OLD_NAMES.get(written) ?? written
    if (name !== written && all[PREFIX + name] !== undefined) {
      findings.push(`${key} gives way to ${PREFIX}${name}`)
    } else if (isKnown(name)) {
      const { needs, read } = annotations[name]
      const found = read(value)
      if (found === undefined) findings.push(`${key}: ${needs} is needed`)
      else values[name] = found
    } else findings.push(unknownWords(key, written))
  }
  return { values: inTodaysWords(values), findings }
}

/** What is deprecated says the same as another annotation, which wins. [dapr: cmd/daprd/options/options.go] */
function inTodaysWords(values: AnnotationValues): AnnotationValues {
  const { 'app-ssl': ssl, 'http-max-request-size': mebibytes } = values
  const { 'http-read-buffer-size': kibibytes, ...rest } = values
  return {
    ...(mebibytes !== undefined && { 'max-body-size': `${mebibytes}Mi` }),
    ...(kibibytes !== undefined && { 'read-buffer-size': `${kibibytes}Ki` }),
    ...rest,
    ...(ssl === true && { 'app-protocol': 'https' }),
  }
}

const isKnown = (name: string): name is AnnotationName => Object.hasOwn(annotations, name)

function unknownWords(key: string, name: string): string {
  if (WITHOUT_EFFECT.has(name)) return `${key} has no effect in Sidelight`
  const meant = nearest(name, Object.keys(annotations))
  return `${key} is unknown${meant === undefined ? '' : `; did you mean ${PREFIX}${meant}?`}`
}
