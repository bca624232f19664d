import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { symlink, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DIRECTORY = `${ROOT}dashboards/grafana/dashboards/`
/** Grafana's own types of what stands in `options` and `fieldConfig.defaults.custom` of a panel, by the panel's type. */
const PANELS: Readonly<Record<string, { readonly schema: string; readonly hasFields: boolean }>> = {
  timeseries: { schema: 'timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen', hasFields: true },
  heatmap: { schema: 'heatmap/panelcfg/x/HeatmapPanelCfg_types.gen', hasFields: true },
  stat: { schema: 'stat/panelcfg/x/StatPanelCfg_types.gen', hasFields: false },
  table: { schema: 'table/panelcfg/x/TablePanelCfg_types.gen', hasFields: true },
  nodeGraph: { schema: 'nodegraph/panelcfg/x/NodeGraphPanelCfg_types.gen', hasFields: false },
}
/** A value of an enum is a text or a number in JSON; what is left out has Grafana's default. */
const TYPES = `import type { Dashboard } from '@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen'
${Object.entries(PANELS)
  .map(
    ([type, { schema }]) =>
      `import type * as ${type} from '@grafana/schema/dist/esm/raw/composable/${schema}'`,
  )
  .join('\n')}
type Json<T> = T extends string ? \`\${T}\` : T extends readonly (infer E)[] ? readonly Json<E>[]
  : T extends object ? { readonly [K in keyof T]?: Json<T[K]> } : T
`

interface PanelJson {
  readonly type: string
  readonly title: string
  readonly options?: object
  readonly fieldConfig?: { readonly defaults: { readonly custom?: object } }
  readonly panels?: readonly PanelJson[]
}

interface DashboardJson {
  readonly panels: readonly PanelJson[]
  readonly templating: { readonly list: readonly object[] }
  readonly annotations: { readonly list: readonly object[] }
}

/** Of variables and annotations: defined by the Prometheus data source, and no part of the published types. */
const OF_PROMETHEUS = ['definition', 'expr', 'step', 'titleFormat', 'textFormat']

/** A program that is right when the dashboard is. */
function programOf(text: string): string {
  const { panels, templating, annotations, ...rest } = JSON.parse(text) as DashboardJson
  const plain = (list: readonly object[]): object[] =>
    list.map((each) =>
      Object.fromEntries(Object.entries(each).filter(([name]) => !OF_PROMETHEUS.includes(name))),
    )
  const flat = panels.flatMap((panel) => [panel, ...(panel.panels ?? [])])
  const checks = flat
    .filter(({ type }) => type !== 'row')
    .flatMap(({ type, options, fieldConfig }) => {
      const known = PANELS[type]
      assert.ok(known, `a panel of type ${type}`)
      const custom = fieldConfig?.defaults.custom
      if (!known.hasFields) assert.deepEqual(custom ?? {}, {})
      return [
        constant(`${type}.Options`, options ?? {}),
        ...(known.hasFields ? [constant(`${type}.FieldConfig`, custom ?? {})] : []),
      ]
    })
  const dashboard = {
    ...rest,
    panels,
    templating: { list: plain(templating.list) },
    annotations: { list: plain(annotations.list) },
  }
  return [TYPES, constant('Dashboard', dashboard), ...checks].join('\n')
}

let count = 0
const constant = (type: string, value: object): string =>
  `export const _${++count}: Json<${type}> = ${JSON.stringify(value)}`

async function compile(programs: Readonly<Record<string, string>>): Promise<string> {
  await using directory = await temporaryDirectory()
  await symlink(`${ROOT}node_modules`, directory.file('node_modules'))
  await writeFile(directory.file('package.json'), '{"type":"module"}')
  for (const [name, program] of Object.entries(programs))
    await writeFile(directory.file(`${name}.ts`), program)
  const options = { strict: true, noEmit: true, skipLibCheck: true, types: [] }
  const modules = { module: 'NodeNext', target: 'ES2023' }
  await writeFile(
    directory.file('tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...options, ...modules } }),
  )
  const tsc = `${ROOT}node_modules/typescript7/bin/tsc`
  try {
    await promisify(execFile)(process.execPath, [tsc, '-p', directory.path])
    return ''
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string }
    if (!stdout) throw error
    return stdout
  }
}

describe('the dashboards, to Grafana’s published types', () => {
  const files = readdirSync(DIRECTORY)

  test('are dashboards, and each panel has the options of its type', async function () {
    this.timeout(60_000)
    const programs = files.map((file) => [
      file.replace('.json', ''),
      programOf(readFileSync(DIRECTORY + file, 'utf8')),
    ])
    assert.equal(await compile(Object.fromEntries(programs)), '')
  })

  test('would not be with a name or a value that Grafana does not know', async function () {
    this.timeout(60_000)
    const [file = ''] = files
    const text = readFileSync(DIRECTORY + file, 'utf8')
    const said = await compile({
      name: programOf(text.replace('"schemaVersion"', '"schemaVersoin"')),
      value: programOf(text.replace('"mode": "absolute"', '"mode": "absolut"')),
      option: programOf(text.replace('"displayMode"', '"displayMood"')),
    })
    for (const [program, wrong] of [
      ['name', 'schemaVersoin'],
      ['value', 'absolut'],
      ['option', 'displayMood'],
    ] as const)
      assert.match(said, new RegExp(`${program}\\.ts.*\\n?.*${wrong}`), program)
  })
})
