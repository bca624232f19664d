import { count, formatAge, formatRate } from '../base/figures.ts'
import type { SidecarStatus } from '../wire/diagnosis.ts'
import type { RuleReport } from '../wire/sidecar-report.ts'
import type { CliContext } from './cli-context.ts'
import { describeMatch } from './tune-lines.ts'

interface Listed extends RuleReport {
  readonly apps: readonly string[]
}

/** Prints the overrides that sidecars run, each once. */
export function listOverrides(
  statuses: readonly SidecarStatus[],
  json: boolean,
  { clock, out, err }: Pick<CliContext, 'clock' | 'out' | 'err'>,
): void {
  const nowUs = clock.nowUs()
  const listed = new Map<string, Listed>()
  for (const status of statuses) {
    if (!('report' in status)) {
      err(`warning: the sidecar of ${status.registration.appId} does not answer: ${status.error}`)
      continue
    }
    const { appId, sampling } = status.report
    for (const override of sampling.overrides) {
      if ((override.untilUs ?? 0) <= nowUs) continue
      const key = JSON.stringify(override)
      listed.set(key, { ...override, apps: [...(listed.get(key)?.apps ?? []), appId] })
    }
  }
  const overrides = [...listed.values()]
  if (json) {
    out(JSON.stringify(overrides))
    return
  }
  if (overrides.length === 0) out('no override is in force')
  for (const { name, match, rate, untilUs = nowUs, apps } of overrides) {
    out(
      `${name}: keeps ${formatRate(rate)} of ${describeMatch(match)}, ends in ${formatAge(untilUs - nowUs)}, in ${count(apps.length, 'sidecar')}`,
    )
  }
}
