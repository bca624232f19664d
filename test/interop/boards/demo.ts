import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import type { ChildProgram } from '../../support/child-program.ts'
import { freePort } from '../../support/free-ports.ts'
import { spawnCli } from '../../support/spawn-cli.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const SHOP = at('src/local/shop/')
const TROUBLE = 'test/interop/boards/trouble/'

/** The demo of `npm start` on ports of its own, with one more app that has everything go wrong. */
export interface Demo extends AsyncDisposable {
  /** `127.0.0.1:9411` */
  readonly backend: string
  /** Of an app's sidecar. */
  apiPort(appId: string): Promise<number>
  /** What the shop's sidecars began with. */
  readonly configuration: string
  /** Saves another text in its place. */
  configure(text: string): Promise<void>
}

interface RunFile {
  readonly common: Readonly<Record<string, string>>
  readonly apps: readonly { readonly appID: string; readonly appPort?: number }[]
}

export async function startDemo(): Promise<Demo> {
  const directory = await temporaryDirectory('sidelight-demo-')
  const backendPort = await freePort()
  const read = async (path: string): Promise<string> =>
    (await readFile(at(path), 'utf8')).replaceAll(':9411/', `:${backendPort}/`)
  const configuration = await read('configurations/tracing.yaml')
  await writeFile(directory.file('tracing.yaml'), configuration)
  await writeFile(directory.file('trouble.yaml'), await read(`${TROUBLE}configuration.yaml`))
  const shop = parse(await readFile(`${SHOP}dapr.yaml`, 'utf8')) as RunFile
  const apps = [
    ...shop.apps,
    {
      appID: 'trouble',
      appPort: 1,
      command: ['node', at(`${TROUBLE}app.mjs`)],
      configFilePath: directory.file('trouble.yaml'),
      resourcesPaths: [at(`${TROUBLE}resources`)],
      env: { SHOP },
    },
  ]
  const file = directory.file('dapr.yaml')
  await writeFile(
    file,
    stringify({
      version: 1,
      common: {
        configFilePath: directory.file('tracing.yaml'),
        resourcesPath: `${SHOP}components`,
      },
      apps: await Promise.all(
        apps.map(async (app) => ({
          ...app,
          appDirPath: SHOP,
          ...(app.appPort === undefined ? {} : { appPort: await freePort() }),
        })),
      ),
    }),
  )
  let program: ChildProgram | undefined
  const close = async (): Promise<void> => {
    await program?.stop()
    await directory[Symbol.asyncDispose]()
  }
  try {
    program = await spawnCli(['up', file, `--backend-port=${backendPort}`], {
      env: { SIDELIGHT_HOME: directory.file('home') },
    })
    await program.waitForLine(/^Ready/, { deadlineMs: 30_000 })
  } catch (error) {
    await close()
    throw error
  }
  const running = program
  return {
    backend: `127.0.0.1:${backendPort}`,
    async apiPort(appId) {
      const line = new RegExp(`^${appId} +\\| sidecar: API http://localhost:(\\d+)`)
      return Number((await running.waitForLine(line))[1])
    },
    configuration,
    configure: (text) => writeFile(directory.file('tracing.yaml'), text),
    [Symbol.asyncDispose]: close,
  }
}
