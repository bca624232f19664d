import { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { described, type Flaw, field } from '../fields.ts'

const bucket = field.whole('Upper bound of a bucket, in milliseconds.', {
  min: 0,
  max: 2 ** 31 - 1,
})

const buckets = (description: string) =>
  field.list(bucket, description, (bounds, report) => {
    if (bounds.length > MAX_BUCKETS)
      report('LIST_TOO_LONG', `at most ${MAX_BUCKETS} buckets make a histogram`)
    else if (bounds.some((bound, i) => i > 0 && bound <= (bounds[i - 1] as number))) {
      const sorted = [...new Set(bounds)].sort((a, b) => a - b)
      report('BUCKETS_UNSORTED', `bounds grow: write [${sorted.join(', ')}]`)
    }
  })

const MAX_BUCKETS = 200

const pathPattern = field.readScalar(
  'a path pattern is needed, such as /orders/{id}',
  { description: 'Pattern of Go’s ServeMux.', type: 'path pattern' },
  readPattern,
)

const rule = field.section(
  {
    name: field.text('Name of the metric, without `dapr_`.'),
    labels: field.list(
      field.section(
        {
          name: field.text('Name of the label.'),
          regex: described(
            z.record(z.string(), field.text('Regular expression in RE2’s syntax.'), {
              error: 'a map is needed: the replacement, a colon, the regular expression',
            }),
            {
              description:
                'What stands for the matches, and the regular expression that finds them. `$1` is a group.',
            },
          ),
        },
        'One label.',
      ),
      'Labels whose values are rewritten.',
    ),
  },
  'One metric.',
)

export const metricSection = field.section(
  {
    enabled: field.flag('`dapr_*` metrics are recorded.', true).optional(),
    recordErrorCodes: field.flag('Errors are counted by their code.', false).optional(),
    latencyDistributionBuckets: buckets(
      'Upper bounds of latency histograms, in milliseconds. Absent: Dapr’s 34 bounds.',
    ).optional(),
    http: field
      .section(
        {
          increasedCardinality: field.flag('Paths are labels.', true).optional(),
          pathMatching: field
            .list(pathPattern, 'Patterns that stand for the paths they match.', refuseConflicts)
            .optional(),
          excludeVerbs: field.flag('The method label is empty.', false).optional(),
        },
        'Labels of HTTP metrics.',
      )
      .optional(),
    rules: field.list(rule, 'Rewrites values of labels.').optional(),
    workflow: field
      .section(
        {
          latencyDistributionBuckets: buckets('Upper bounds of workflow histograms.').optional(),
          latencyDistributionUnits: field
            .duration('Unit of these bounds.', { fallback: '1ms' })
            .optional(),
        },
        'Histograms of workflows.',
      )
      .optional(),
  },
  'What is measured.',
)

/** Durations are milliseconds. */
export type MetricSpec = z.output<typeof metricSection>

/** A set field of `metrics` replaces that of `metric`. @see dapr `pkg/config/configuration.go` sortMetricsSpec */
export const mergeMetric = (
  metric: MetricSpec | undefined,
  metrics: MetricSpec | undefined,
): MetricSpec | undefined =>
  metric === undefined || metrics === undefined
    ? (metrics ?? metric)
    : {
        ...metric,
        ...Object.fromEntries(
          Object.entries(metrics).filter(
            ([name, value]) =>
              value !== undefined && (name !== 'rules' || metrics.rules?.length !== 0),
          ),
        ),
      }

function readPattern(text: string): Result<string, Flaw> {
  const flaw = (message: string) => err({ code: 'PATTERN_INVALID', message })
  if (text === '') return flaw('a path pattern is needed, such as /orders/{id}')
  if (/\s/.test(text))
    return flaw('a pattern is a path alone: leave the method out, it is a label of its own')
  const segments = text.split('/')
  for (const [i, segment] of segments.entries()) {
    if (!/[{}]/.test(segment)) continue
    const isLast = i === segments.length - 1
    if (/^\{[A-Za-z_]\w*\}$/.test(segment)) continue
    if (isLast && /^\{(?:[A-Za-z_]\w*\.\.\.|\$)\}$/.test(segment)) continue
    return flaw('a wildcard is a whole segment: {name}, or {name...} at the end')
  }
  return ok(text)
}

/** daprd ends at start over these. */
function refuseConflicts(
  patterns: readonly string[],
  report: (code: string, message: string, index: number) => void,
): void {
  const seen = new Map<string, string>()
  for (const [i, pattern] of patterns.entries()) {
    const shape = `/${pattern}`.replace(/\/+/g, '/').replace(/\{[A-Za-z_]\w*(\.\.\.)?\}/g, '{$1}')
    const earlier = seen.get(shape)
    if (earlier !== undefined)
      report('PATTERN_TWICE', `matches the same paths as ${earlier}: leave one of them out`, i)
    seen.set(shape, pattern)
  }
}
