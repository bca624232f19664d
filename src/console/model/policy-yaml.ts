import type { RuleReport, SamplingReport } from '../../wire/sidecar-report.ts'

/**
 * A Configuration that asks for what a sidecar has in force, to start a draft from. It is written from the
 * sidecar's report, since only the sidecar can read its files: comments and other sections are not in it.
 */
export function policyYaml(sampling: SamplingReport, name: string): string {
  return [
    ...head(name),
    `    samplingRate: ${text(String(sampling.rate))}`,
    ...(sampling.parent === undefined ? [] : samplingBlock(sampling)),
    '',
  ].join('\n')
}

function head(name: string): string[] {
  return [
    'apiVersion: dapr.io/v1alpha1',
    'kind: Configuration',
    'metadata:',
    `  name: ${text(name)}`,
    'spec:',
    '  tracing:',
  ]
}

function samplingBlock(sampling: SamplingReport): string[] {
  const { parent, overrides, rules, floorPerMinute, limitPerSecond, keep, force } = sampling
  return [
    '    sampling:',
    `      parent: ${parent}`,
    ...list('overrides', overrides),
    ...list('rules', rules),
    ...(floorPerMinute === undefined
      ? []
      : [`      floor: { perOperationPerMinute: ${floorPerMinute} }`]),
    ...(limitPerSecond === undefined ? [] : [`      limit: { perSecond: ${limitPerSecond} }`]),
    ...(keep === undefined
      ? []
      : [
          '      keep:',
          `        errors: ${keep.errors}`,
          `        errorsFrom: ${keep.errorsFrom}`,
          ...(keep.slowerThanMs === undefined
            ? []
            : [`        slowerThan: ${keep.slowerThanMs}ms`]),
          `        perSecond: ${keep.perSecond}`,
          `        hold: ${keep.holdMs}ms`,
        ]),
    ...(force === undefined
      ? []
      : [`      force: { header: ${text(force.header)}, perMinute: ${force.perMinute} }`]),
  ]
}

const list = (name: string, rules: readonly RuleReport[]): string[] =>
  rules.length === 0 ? [] : [`      ${name}:`, ...rules.flatMap(ruleLines)]

function ruleLines({ name, match, rate, perSecond, untilUs }: RuleReport): string[] {
  const fields = Object.entries(match).map(([field, glob]) => `${field}: ${text(glob)}`)
  return [
    `        - name: ${text(name)}`,
    ...(fields.length === 0 ? [] : [`          match: { ${fields.join(', ')} }`]),
    `          rate: ${text(String(rate))}`,
    ...(perSecond === undefined ? [] : [`          perSecond: ${perSecond}`]),
    ...(untilUs === undefined
      ? []
      : [`          until: ${new Date(untilUs / 1000).toISOString()}`]),
  ]
}

/** JSON's strings are YAML's; plain words stay plain. Numbers are quoted, as Dapr wants a rate. */
const text = (value: string): string =>
  /^[a-z][a-z0-9-]*$/i.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value)
    ? value
    : JSON.stringify(value)

/** A draft for when no sidecar is known. */
export const SAMPLE_POLICY = [
  ...head('sampling'),
  '    # For new traces that no rule names.',
  '    samplingRate: "0.1"',
  '    sampling:',
  '      rules:',
  '        - name: checkout',
  '          match: { api: invoke, target: checkout }',
  '          rate: "1"',
  '      # Quiet operations are seen.',
  '      floor: { perOperationPerMinute: 1 }',
  '      # Failures and slow requests are kept at any rate.',
  '      keep: { errors: true, slowerThan: 500ms }',
  '',
].join('\n')
