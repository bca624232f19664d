import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const DIRECTORY = fileURLToPath(new URL('../../../dashboards/grafana/dashboards/', import.meta.url))

/** One question that Grafana asks of Prometheus for a board as it is shipped. */
export interface ShownQuery {
  /** `sidelight-overview/Errors by app B`: the board, the panel, the query in it. */
  readonly where: string
  readonly expr: string
  /** With `{{label}}`. */
  readonly legend: string
  readonly hasExemplars: boolean
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly Target[] }[]
  readonly annotations: { readonly list: readonly { readonly name: string; expr?: string }[] }
  readonly templating: { readonly list: readonly Variable[] }
}
interface Variable {
  readonly name: string
  readonly definition?: string
  readonly allValue?: string
}
interface Target {
  readonly refId: string
  readonly expr: string
  readonly legendFormat: string
  readonly exemplar?: boolean
}

/** What Grafana puts in for all of it: the variable's own value for All, and four scrapes for the interval. */
const filledIn = (expr: string, variables: readonly Variable[]): string =>
  variables
    .reduce((text, { name, allValue = '' }) => text.replaceAll(`$${name}"`, `${allValue}"`), expr)
    .replaceAll('$__rate_interval', `${4 * SCRAPE_INTERVAL_S}s`)

export const SCRAPE_INTERVAL_S = 1

/** Every query of every board, of its variables and of its marks. */
export async function shownQueries(): Promise<readonly ShownQuery[]> {
  const queries: ShownQuery[] = []
  for (const file of (await readdir(DIRECTORY)).sort()) {
    const board = file.replace('.json', '')
    const dashboard = JSON.parse(await readFile(DIRECTORY + file, 'utf8')) as Dashboard
    const variables = dashboard.templating.list
    const add = (title: string, expr: string, legend = '', hasExemplars = false): void => {
      queries.push({
        where: `${board}/${title}`,
        expr: filledIn(expr, variables),
        legend,
        hasExemplars,
      })
    }
    for (const { name, definition } of variables) {
      const [, metric] = /^label_values\((\w+), \w+\)$/.exec(definition ?? '') ?? []
      if (metric !== undefined) add(`$${name}`, `count by (${name}) (${metric})`)
    }
    for (const { name, expr } of dashboard.annotations.list) if (expr !== undefined) add(name, expr)
    for (const { title, targets = [] } of dashboard.panels)
      for (const { refId, expr, legendFormat, exemplar } of targets)
        add(targets.length === 1 ? title : `${title} ${refId}`, expr, legendFormat, exemplar)
  }
  return queries
}
