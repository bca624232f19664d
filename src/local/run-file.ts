import { basename, isAbsolute, resolve } from 'node:path'
import { z } from 'zod'
import type { Problem } from '../base/problem.ts'
import { err, ok, type Result } from '../base/result.ts'
import { parseResourceDocuments, toProblems } from '../resources/index.ts'

/** One app of a multi-app run file, with the common fields merged in and paths made absolute. */
export interface RunApp {
  readonly appId: string
  readonly directory: string
  /** Program and arguments. Absent = the sidecar runs alone. */
  readonly command: readonly string[] | undefined
  readonly appPort: number | undefined
  readonly appProtocol: string
  readonly appChannelAddress: string
  /** 0 = a free one, for all four. */
  readonly httpPort: number
  readonly grpcPort: number
  readonly internalPort: number
  readonly metricsPort: number
  readonly configFiles: readonly string[]
  /** Directories of Components. */
  readonly resourcesPaths: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly logLevel: string
  readonly maxConcurrency: number | undefined
  readonly maxBodySize: string
  readonly readBufferSize: string
  /** Absent = the Configuration decides. */
  readonly apiLogging: boolean | undefined
  readonly healthCheck: RunHealthCheck | undefined
}

export interface RunHealthCheck {
  readonly path: string
  readonly intervalS: number
  readonly timeoutMs: number
  readonly threshold: number
}

const port = z.int({ error: 'a port is a number from 1 to 65535' }).min(1).max(65_535)
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String)

const shared = {
  configFilePath: z.string().nullish(),
  resourcesPath: z.string().nullish(),
  resourcesPaths: z.array(z.string()).nullish(),
  appProtocol: z.string().nullish(),
  logLevel: z.string().nullish(),
  appMaxConcurrency: z.int().nullish(),
  maxBodySize: text.nullish(),
  readBufferSize: text.nullish(),
  enableApiLogging: z.boolean().nullish(),
  enableAppHealthCheck: z.boolean().nullish(),
  appHealthCheckPath: z.string().nullish(),
  appHealthProbeInterval: z.int().nullish(),
  appHealthProbeTimeout: z.int().nullish(),
  appHealthThreshold: z.int().nullish(),
  env: z.record(z.string(), text).nullish(),
}
const schema = z.looseObject({
  version: z.literal(1, { error: 'version: 1 is the only one' }),
  common: z.looseObject(shared).nullish(),
  apps: z
    .array(
      z.looseObject({
        ...shared,
        appID: z.string().nullish(),
        appDirPath: z.string({ error: 'a directory is needed, relative to this file' }),
        command: z.array(text).nullish(),
        appPort: port.nullish(),
        appChannelAddress: z.string().nullish(),
        daprHTTPPort: port.nullish(),
        daprGRPCPort: port.nullish(),
        daprInternalGRPCPort: port.nullish(),
        metricsPort: port.nullish(),
      }),
      { error: 'a list of apps is needed' },
    )
    .min(1, 'at least one app is needed'),
})

/**
 * Reads a multi-app run file.
 *
 * @param directory of the file: relative paths start there
 * @see Dapr CLI `pkg/runfileconfig`
 */
export function parseRunFile(
  source: string,
  file: string,
  directory: string,
): Result<readonly RunApp[], Problem[]> {
  const { documents, problems } = parseResourceDocuments(source, file)
  if (problems.length > 0) return err([...problems])
  const [document] = documents
  if (document === undefined)
    return err([
      { path: '(document)', file, line: 1, code: 'RUN_FILE_EMPTY', message: 'the file is empty' },
    ])
  const parsed = schema.safeParse(document.value)
  if (!parsed.success)
    return err(toProblems(parsed.error.issues, document.value, file, document.lineOf))
  const { common, apps } = parsed.data
  const merged = apps.map((app) => toRunApp(app, common ?? {}, directory))
  const twice = merged.findIndex(
    ({ appId }, i) => merged.findIndex((other) => other.appId === appId) !== i,
  )
  if (twice !== -1)
    return err([
      {
        path: `apps.${twice}.appID`,
        file,
        line: document.lineOf(['apps', twice, 'appID']),
        code: 'APP_ID_TWICE',
        message: 'two apps have this id; give one of them another appID',
        seen: merged[twice]?.appId ?? '',
      },
    ])
  const shared = sharedPorts(merged)
  if (shared.length > 0)
    return err(
      shared.map(({ index, port }) => ({
        path: `apps.${index}`,
        file,
        line: document.lineOf(['apps', index]),
        code: 'PORT_TWICE',
        message: `port ${port} is given away twice; each app and each sidecar port needs one of its own`,
        seen: String(port),
      })),
    )
  return ok(merged)
}

/** Ports that are named more than once, with the later app's place. */
function sharedPorts(apps: readonly RunApp[]): { index: number; port: number }[] {
  const ports = apps.flatMap((app, index) =>
    [app.appPort ?? 0, app.httpPort, app.grpcPort, app.internalPort, app.metricsPort]
      .filter((port) => port !== 0)
      .map((port) => ({ index, port })),
  )
  return ports.filter(({ port }, at) => ports.findIndex((other) => other.port === port) < at)
}

type Parsed = z.infer<typeof schema>
type Common = NonNullable<Parsed['common']>

/** App values win over common ones; `env` is merged. */
function toRunApp(app: Parsed['apps'][number], common: Common, base: string): RunApp {
  const from = (path: string): string => (isAbsolute(path) ? path : resolve(base, path))
  const pick = <K extends keyof typeof shared>(key: K) => app[key] ?? common[key] ?? undefined
  const directory = from(app.appDirPath)
  const configFile = pick('configFilePath')
  const maxConcurrency = pick('appMaxConcurrency') ?? -1
  return {
    appId: app.appID ?? basename(directory),
    directory,
    command: app.command ?? undefined,
    appPort: app.appPort ?? undefined,
    appProtocol: pick('appProtocol') ?? 'http',
    appChannelAddress: app.appChannelAddress ?? '127.0.0.1',
    httpPort: app.daprHTTPPort ?? 0,
    grpcPort: app.daprGRPCPort ?? 0,
    internalPort: app.daprInternalGRPCPort ?? 0,
    metricsPort: app.metricsPort ?? 0,
    configFiles: configFile ? [from(configFile)] : [],
    resourcesPaths: (pick('resourcesPaths') ?? [pick('resourcesPath') ?? []].flat()).map(from),
    env: { ...common.env, ...app.env },
    logLevel: pick('logLevel') ?? 'info',
    maxConcurrency: maxConcurrency > 0 ? maxConcurrency : undefined,
    maxBodySize: pick('maxBodySize') ?? '4Mi',
    readBufferSize: pick('readBufferSize') ?? '4Ki',
    apiLogging: pick('enableApiLogging') ?? undefined,
    healthCheck: pick('enableAppHealthCheck')
      ? {
          path: pick('appHealthCheckPath') ?? '/healthz',
          intervalS: pick('appHealthProbeInterval') ?? 5,
          timeoutMs: pick('appHealthProbeTimeout') ?? 500,
          threshold: pick('appHealthThreshold') ?? 3,
        }
      : undefined,
  }
}
