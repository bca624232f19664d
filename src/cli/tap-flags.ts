import type { Problem } from '../base/problem.ts'
import { readTapRequest } from '../policy/index.ts'
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
  ...selectors
}: Values & {
  readonly sidecar: string | undefined
  readonly count: number | undefined
}): readonly Problem[] {
  const problems: Problem[] = []
  const mistake = (flag: string, message: string, seen?: string): void => {
    const shown = seen === undefined ? {} : { seen: seen.slice(0, MAX_SHOWN) }
    problems.push({ path: flag, code: 'FLAG_INVALID', message, ...shown })
  }
  if (sidecar !== undefined && !isUrl(sidecar))
    mistake('--sidecar', 'a URL such as http://10.0.0.7:3500 is needed', sidecar)
  if (count !== undefined && count < 1) mistake('--count', '1 or more is needed')
  const asked = readTapRequest(toTapQuery(selectors))
  if (!asked.ok) {
    const [selector = '', words] = asked.error.split(/: (.*)/s)
    mistake(words === undefined ? '' : `--${selector}`, words ?? asked.error)
  }
  return problems
}

const isUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

const MAX_SHOWN = 200
