import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { kubectl } from '../tools/kustomize.ts'

export type Partner = keyof typeof partners

/** Real programs that tests meet: how each is found, and how one gets it. */
const partners = {
  redis: { find: () => onPath('redis-server'), cure: 'apt-get install redis-server' },
  postgres: { find: postgres, cure: 'apt-get install postgresql' },
  prometheus: { find: () => onPath('prometheus'), cure: 'apt-get install prometheus' },
  promtool: { find: () => onPath('promtool'), cure: 'apt-get install prometheus' },
  chromium: { find: () => onPath('chromium'), cure: 'apt-get install chromium' },
  haproxy: { find: () => onPath('haproxy'), cure: 'apt-get install haproxy' },
  strace: { find: () => onPath('strace'), cure: 'apt-get install strace' },
  python: { find: () => onPath('python3'), cure: 'apt-get install python3' },
  go: { find: () => onPath('go'), cure: 'install Go' },
  java: { find: () => onPath('java'), cure: 'apt-get install default-jre-headless' },
  tmux: { find: () => onPath('tmux'), cure: 'apt-get install tmux' },
  openssl: { find: () => onPath('openssl'), cure: 'apt-get install openssl' },
  cc: { find: () => onPath('cc'), cure: 'apt-get install gcc libc6-dev' },
  zipkin: {
    find: () => (onPath('java') === undefined ? undefined : zipkinJar()),
    cure: 'install Java and let SIDELIGHT_ZIPKIN_JAR name zipkin-server-3.6.1-exec.jar (Maven Central, io.zipkin:zipkin-server)',
  },
  otelcol: {
    find: collector,
    cure: 'install Go and run: go build -C test/interop/collector -o ../../../.cache/otelcol-contrib-0.158.0 .',
  },
  schemathesis: {
    find: schemathesis,
    cure: 'python3 -m venv .cache/schemathesis && .cache/schemathesis/bin/pip install schemathesis==4.32.5',
  },
  openmetrics: {
    find: openMetricsParser,
    cure: 'python3 -m venv .cache/openmetrics && .cache/openmetrics/bin/pip install prometheus-client==0.26.0',
  },
  kube: {
    find: () => kubernetes(),
    cure: 'let SIDELIGHT_KUBE name a program that starts an API server and prints KUBECONFIG=FILE, or SIDELIGHT_KUBECONFIG name the kubeconfig of a cluster for tests',
  },
  helm: {
    find: () => built('helm-3.22.0'),
    cure: 'install Go and run: go build -C test/interop/helm -o ../../../.cache/helm-3.22.0 .',
  },
  kubeSd: {
    find: () => built('kube-sd-0.316.0'),
    cure: 'install Go and run: go build -C test/interop/kube-sd -o ../../../.cache/kube-sd-0.316.0 .',
  },
  kubeServer: {
    find: () => kubernetes({ SIDELIGHT_KUBE: process.env.SIDELIGHT_KUBE }),
    cure: 'let SIDELIGHT_KUBE name a program that starts an API server and prints KUBECONFIG=FILE',
  },
  ip: { find: () => onPath('ip'), cure: 'apt-get install iproute2' },
  kubectl: {
    find: () => onPath(kubectl()[0]),
    cure: 'install kubectl, or let SIDELIGHT_KUBE name a program whose kubectl command is one',
  },
  root: {
    find: () => (process.getuid?.() === 0 ? '/' : undefined),
    cure: 'run as root (the test mounts or binds what only root may)',
  },
} as const satisfies Record<string, { find: () => string | undefined; cure: string }>

const OTHER_DIRECTORIES = ['/usr/sbin', '/sbin', '/usr/local/go/bin']
const told = new Set<string>()

function onPath(program: string): string | undefined {
  if (isAbsolute(program)) return isExecutable(program) ? program : undefined
  const directories = [...(process.env.PATH ?? '').split(delimiter), ...OTHER_DIRECTORIES]
  return directories
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, program))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Debian keeps each version's programs in a folder of its own. */
function postgres(): string | undefined {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const installed = versions.map((version) => join(root, version, 'bin', 'postgres'))
  return installed.find(isExecutable) ?? onPath('postgres')
}

function zipkinJar(): string | undefined {
  const jar = process.env.SIDELIGHT_ZIPKIN_JAR ?? '.cache/zipkin-server-3.6.1-exec.jar'
  return existsSync(jar) ? resolve(jar) : undefined
}

function collector(): string | undefined {
  const binary = process.env.SIDELIGHT_OTELCOL ?? '.cache/otelcol-contrib-0.158.0'
  return isExecutable(binary) ? resolve(binary) : undefined
}

/** Of `test/interop`, from Go modules. */
function built(name: string): string | undefined {
  const binary = join('.cache', name)
  return isExecutable(binary) ? resolve(binary) : undefined
}

/** A cluster that is there goes before one that is to be started. */
function kubernetes(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { SIDELIGHT_KUBECONFIG: file, SIDELIGHT_KUBE: program } = env
  if (file) return existsSync(file) ? resolve(file) : undefined
  return program !== undefined && isExecutable(program) ? resolve(program) : undefined
}

function schemathesis(): string | undefined {
  const installed = '.cache/schemathesis/bin/schemathesis'
  return isExecutable(installed) ? resolve(installed) : onPath('schemathesis')
}

/** A Python that has it. */
function openMetricsParser(): string | undefined {
  const python = '.cache/openmetrics/bin/python'
  return isExecutable(python) ? resolve(python) : undefined
}

/** The partner's path, or undefined with nothing said. For benches. */
export function findPartner(name: Partner): string | undefined {
  return partners[name].find()
}

/**
 * The partner's path. Missing: the test is skipped and the reason printed once; under
 * `SIDELIGHT_REQUIRE=all`, as in CI, it fails.
 *
 *     test('stores what Redis stores', async function () {
 *       const redis = requirePartner(this, 'redis')
 */
export function requirePartner(context: Pick<Mocha.Context, 'skip'>, name: Partner): string {
  const path = partners[name].find()
  if (path !== undefined) return path
  const reason = `needs ${name}, which is not here: ${partners[name].cure}`
  if (process.env.SIDELIGHT_REQUIRE === 'all') throw new Error(reason)
  if (!told.has(name)) {
    told.add(name)
    console.log(`    skipped: ${reason}`)
  }
  return context.skip()
}
