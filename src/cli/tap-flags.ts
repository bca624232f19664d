import type { Problem } from '../base/problem.ts'
import { TAP_SELECTORS, type TapSelector } from '../wire/tap-event.ts'

type Values = Readonly<Partial<Record<string, string | number | boolean | undefined>>>

/** What was given of the selectors, as the query of a tap. */
export function toTapQuery(
  values: Values,
  more: Partial<Record<TapSelector, string>> = {},
): string {
  const query = new URLSearchParams()
  for (const name of Object.keys(TAP_SELECTORS)) {
    const given = values[name]
    const value = name === 'min-duration' && given !== undefined ? `${given}ms` : given
    const text = value ?? more[name as TapSelector]
    if (text !== undefined) query.set(name, String(text))
  }
  return query.toString()
}

/** What is wrong with the flags that no flag's type tells. */
export function tapProblems({
  sidecar,
  count,
}: {
  readonly sidecar: string | undefined
  readonly count: number | undefined
}): readonly Problem[] {
  const problems: Problem[] = []
  if (
    sidecar !== undefined &&
    (!URL.canParse(sidecar) || !/^https?:$/.test(new URL(sidecar).protocol))
  )
    problems.push({
      path: '--sidecar',
      code: 'FLAG_INVALID',
      message: 'a URL such as http://10.0.0.7:3500 is needed',
      seen: sidecar.slice(0, MAX_SHOWN),
    })
  if (count !== undefined && count < 1)
    problems.push({ path: '--count', code: 'FLAG_INVALID', message: '1 or more is needed' })
  return problems
}

const MAX_SHOWN = 200
