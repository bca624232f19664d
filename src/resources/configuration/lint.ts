import { nearest } from '../../base/nearest.ts'
import type { Path } from '../prepare.ts'
import { API_NAMES, API_VERSIONS } from './api.ts'
import { FEATURE_NAMES } from './features.ts'
import type { SpecInput } from './schema.ts'

export interface Remark {
  readonly path: Path
  readonly code: string
  readonly message: string
}

/** What is allowed but cannot have been meant. daprd passes over all of it in silence. */
export function lintSpec(spec: SpecInput, nowMs: number | undefined): Remark[] {
  const remarks: Remark[] = []
  const suggest = (path: Path, what: string, name: string, known: readonly string[]) => {
    if (known.includes(name)) return
    const meant = nearest(name, known)
    remarks.push({
      path,
      code: 'NAME_UNKNOWN',
      message: `${what}${meant === undefined ? `; known are ${known.join(', ')}` : `; did you mean ${meant}?`}`,
    })
  }
  for (const list of ['allowed', 'denied'] as const)
    for (const [i, { name, version }] of (spec.api?.[list] ?? []).entries()) {
      const path = ['spec', 'api', list, i]
      suggest([...path, 'name'], 'no API has this name: the entry has no effect', name, API_NAMES)
      suggest([...path, 'version'], 'no API has this version', version, API_VERSIONS)
    }
  // Features come and go: only what looks like a slip of the pen is worth a word.
  for (const [i, { name }] of (spec.features ?? []).entries())
    if (nearest(name, FEATURE_NAMES) !== undefined)
      suggest(['spec', 'features', i, 'name'], 'no feature has this name', name, FEATURE_NAMES)
  if ((spec.accessControl?.policies ?? []).length > 0)
    remarks.push({
      path: ['spec', 'accessControl', 'policies'],
      code: 'IDENTITY_UNVERIFIED',
      message: `policies of single apps need a verified identity (mTLS), which callers do not have yet: defaultAction decides, ${spec.accessControl?.defaultAction ?? 'allow'}`,
    })
  if (nowMs !== undefined)
    for (const [i, { until }] of (spec.tracing?.sampling?.overrides ?? []).entries())
      if (until <= nowMs)
        remarks.push({
          path: ['spec', 'tracing', 'sampling', 'overrides', i, 'until'],
          code: 'OVERRIDE_ENDED',
          message: 'this time is past: the override has no effect, remove it',
        })
  const rules = spec.tracing?.sampling?.rules ?? []
  const all = rules.findIndex(({ match }) => matchesAll(match))
  if (all >= 0)
    // Equal names are an error that says more.
    for (const [i, { name }] of rules.entries())
      if (i > all && name !== rules[all]?.name)
        remarks.push({
          path: ['spec', 'tracing', 'sampling', 'rules', i],
          code: 'RULE_UNREACHABLE',
          message: `it never decides: the rule ${rules[all]?.name} before it matches everything; move this one before it`,
        })
  return remarks
}

const matchesAll = (match: object | undefined): boolean =>
  Object.values(match ?? {}).every((wanted) => wanted === undefined)
