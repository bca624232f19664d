import { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { haveConflict, type MuxPattern, parseMuxPattern } from '../../wire/serve-mux.ts'
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
/** Each is held against all others. */
const MAX_PATTERNS = 500

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
  const pattern = parseMuxPattern(withSlash(text))
  return pattern.ok ? ok(text) : flaw(pattern.error)
}

const INVOCATION = '/v1.0/invoke/'

/**
 * What an entry of `pathMatching` stands for: itself, and the same path of any app that is invoked.
 *
 * @see dapr `pkg/diagnostics/http_monitoring_path_matching.go`
 */
export function labelPatterns(entry: string): MuxPattern[] {
  const path = withSlash(entry)
  const texts = path.startsWith(INVOCATION) ? [path] : [path, `${INVOCATION}{app_id}/method${path}`]
  return texts.flatMap((text) => {
    const pattern = parseMuxPattern(text)
    return pattern.ok ? [pattern.value] : []
  })
}

const withSlash = (entry: string): string => `/${entry}`.replace(/\/+/g, '/')

/** daprd ends at start over these. */
function refuseConflicts(
  entries: readonly string[],
  report: (code: string, message: string, index?: number) => void,
): void {
  if (entries.length > MAX_PATTERNS) {
    report('LIST_TOO_LONG', `at most ${MAX_PATTERNS} patterns can stand here`)
    return
  }
  const earlier: { readonly entry: string; readonly pattern: MuxPattern }[] = []
  for (const [i, entry] of entries.entries()) {
    const patterns = labelPatterns(entry)
    const other = earlier.find(({ pattern }) => patterns.some((one) => haveConflict(one, pattern)))
    if (other !== undefined)
      report(
        'PATTERN_CONFLICT',
        `${other.entry} matches some of the same paths, and neither is the more specific: change or leave out one of them`,
        i,
      )
    earlier.push(...patterns.map((pattern) => ({ entry, pattern })))
  }
}
