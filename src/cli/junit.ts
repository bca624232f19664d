import type { CheckedFlow } from './flow-lines.ts'

/**
 * The outcome for CI servers: a suite for each flow, a case for each hop, a failure for each difference.
 * @see https://github.com/testmoapp/junitxml
 */
export function toJUnit(flows: readonly CheckedFlow[]): string {
  const suites = flows.map(({ name, hops }) => {
    const cases = hops.map(({ path, differences }) => {
      const failures = differences.map(
        ({ kind, message, traceId }) =>
          `      <failure type="${kind}" message="${escapeXml(message)}">${traceId === undefined ? '' : `trace ${traceId}`}</failure>\n`,
      )
      const head = `    <testcase classname="${escapeXml(name)}" name="${escapeXml(path.join(' › '))}"`
      return failures.length === 0
        ? `${head}/>\n`
        : `${head}>\n${failures.join('')}    </testcase>\n`
    })
    const failed = hops.filter(({ differences }) => differences.length > 0).length
    return `  <testsuite name="${escapeXml(name)}" tests="${hops.length}" failures="${failed}">\n${cases.join('')}  </testsuite>\n`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="sidelight flows">\n${suites.join('')}</testsuites>\n`
}

const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

/** What XML cannot hold at all is left out: services say of themselves what they like. */
const escapeXml = (text: string): string =>
  text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (mark) => NAMED[mark] ?? '')
    .replace(/[\t\n\r]/g, ' ')
