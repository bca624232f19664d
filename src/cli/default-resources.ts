import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Fault, messageOf } from '../base/fault.ts'

/** What apps without resources of their own run with. */
export interface DefaultResources {
  readonly configFile: string
  readonly componentsDirectory: string
  /** The file is of an earlier run, and sends spans to another port of this machine. */
  readonly otherBackendPort: number | undefined
}

/**
 * As `dapr init` does for `dapr run`: without a Configuration of its own an app is traced in full, locally;
 * without Components of its own it has a state store and a broker in files, which all apps of this machine share. A file that
 * is there stays.
 *
 * @throws Fault `HOME_NOT_WRITABLE`
 */
export async function ensureDefaultResources(
  home: string,
  backendPort: number,
): Promise<DefaultResources> {
  const configFile = join(home, 'config.yaml')
  const componentsDirectory = join(home, 'components')
  await ensure(configFile, configuration(backendPort))
  const port = Number(ENDPOINT.exec(await readFile(configFile, 'utf8'))?.[1] ?? backendPort)
  // Whoever has taken a component away does not want it back.
  if (!existsSync(componentsDirectory)) {
    const put = (name: string, type: string, database: string) =>
      ensure(join(componentsDirectory, `${name}.yaml`), component(name, type, join(home, database)))
    await put('statestore', 'state.sqlite', 'state.db')
    await put('pubsub', 'pubsub.sqlite', 'messages.db')
  }
  return {
    configFile,
    componentsDirectory,
    otherBackendPort: port === backendPort ? undefined : port,
  }
}

const ENDPOINT = /^ *endpointAddress: http:\/\/localhost:(\d+)\/api\/v2\/spans$/m

async function ensure(file: string, text: string): Promise<void> {
  if (existsSync(file)) return
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  } catch (cause) {
    throw new Fault(
      'HOME_NOT_WRITABLE',
      `cannot write ${file}: ${messageOf(cause)}; point SIDELIGHT_HOME at a directory that can be written`,
      { cause },
    )
  }
}

const configuration = (backendPort: number): string =>
  `# Used by \`sidelight run\` for apps without a Configuration of their own. Watched while they run.
apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata:
  name: default
spec:
  tracing:
    samplingRate: "1"
    zipkin:
      endpointAddress: http://localhost:${backendPort}/api/v2/spans
`

const component = (name: string, type: string, database: string): string =>
  `# Used by \`sidelight run\` for apps without Components of their own. Watched while they run.
apiVersion: dapr.io/v1alpha1
kind: Component
metadata:
  name: ${name}
spec:
  type: ${type}
  version: v1
  metadata:
    - name: connectionString
      value: ${JSON.stringify(database)}
`
