import { count, formatAge, formatNumber, formatRate } from '../base/figures.ts'
import { BOLD, CYAN, DIM, GREEN, type Paint, RED, YELLOW } from '../base/paint.ts'
import { formatPlace } from '../policy/index.ts'
import type { Finding, Severity, SidecarDiagnosis, SidecarStatus } from '../wire/diagnosis.ts'
import type { SidecarReport } from '../wire/sidecar-report.ts'

const MARKS: Readonly<Record<Severity, readonly [mark: string, color: number]>> = {
  error: ['✘', RED],
  warning: ['!', YELLOW],
  info: ['·', CYAN],
}
/** One sidecar for people: what it runs, then what is wrong with it and the cures. */
export function sidecarLines(
  { appId, namespace, pid, pod, healthy, findings }: SidecarDiagnosis,
  status: SidecarStatus | undefined,
  paint: Paint,
): string[] {
  const mark = healthy ? paint('✔', GREEN) : paint(...MARKS.error)
  const name = namespace === 'default' ? appId : `${appId}.${namespace}`
  const facts = status !== undefined && 'report' in status ? reportLines(status.report) : []
  return [
    `${mark} ${paint(name, BOLD)} ${paint(pod === undefined ? `(process ${pid})` : `(pod ${pod})`, DIM)}`,
    ...facts.map(([label, text]) => `  ${paint(label.padEnd(LABEL_WIDTH), DIM)}${text}`),
    ...findings.flatMap((finding) => findingLines(finding, paint)),
  ]
}

/** A finding: title, figures, who set it, cure. */
export function findingLines(
  { severity, title, detail, cure, source }: Finding,
  paint: Paint,
): string[] {
  const more = detail === '' ? [] : detail.split('\n')
  // Some titles and details name the place already.
  const place = source === undefined ? '' : formatPlace(source)
  const isSaid = [title, detail, cure].some((text) => text.includes(place))
  return [
    `  ${paint(...MARKS[severity])} ${title}`,
    ...more.map((line) => `    ${line}`),
    ...(isSaid ? [] : [`    set in ${place}`]),
    ...(cure === '' ? [] : [`    ${paint('→', GREEN)} ${cure}`]),
  ]
}

const LABEL_WIDTH = 15

function reportLines(report: SidecarReport): [label: string, text: string][] {
  const { configuration, sampling, exporters, nowUs } = report
  const files = configuration.files.length === 0 ? 'none' : configuration.files.join(', ')
  const age = formatAge(Math.max(0, nowUs - configuration.sinceUs))
  const targets = exporters.map(({ name, endpoint }) => (endpoint ? `${name} ${endpoint}` : name))
  return [
    ['Configuration', `${files}: generation ${configuration.generation}, in force for ${age}`],
    ['In force', inForce(report)],
    ...(sampling.enabled
      ? ([
          ['Traces go to', targets.join(', ') || 'nowhere'],
          ['Requests', requests(report)],
        ] as [string, string][])
      : []),
  ]
}

const requests = ({ sampling, spans }: SidecarReport): string =>
  [
    `${formatNumber(spans.started)} seen, ${formatNumber(spans.sampled)} sampled`,
    ...(sampling.keep === undefined ? [] : [`${formatNumber(spans.kept)} kept at their end`]),
  ].join(', ')

function inForce({ sampling, configuration: { sources }, nowUs }: SidecarReport): string {
  if (!sampling.enabled) return 'tracing is off'
  const place = sources['tracing.samplingRate']
  const { keep, force, overrides } = sampling
  const active = overrides.filter(({ untilUs }) => untilUs === undefined || untilUs > nowUs)
  return [
    `new traces kept: ${formatRate(sampling.rate)} (${place === undefined ? 'by default' : formatPlace(place)})`,
    ...some(active.length, 'override'),
    ...some(sampling.rules.length, 'rule'),
    ...(sampling.limitPerSecond === undefined
      ? []
      : [`at most ${sampling.limitPerSecond} a second`]),
    ...(keep?.errors ? ['errors kept'] : []),
    ...(keep?.slowerThanMs === undefined ? [] : [`slower than ${keep.slowerThanMs} ms kept`]),
    ...(force === undefined ? [] : [`forced by ${force.header}`]),
  ].join(', ')
}

const some = (n: number, what: string): string[] => (n === 0 ? [] : [count(n, what)])
